import js from '@eslint/js';
import globals from 'globals';

export default [
  js.configs.recommended,
  {
    files: ['src/**/*.js'],
    languageOptions: { globals: { ...globals.browser, ...globals.worker } },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'max-lines': ['error', 400],
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Text reaches the page only by textContent.' },
        { property: 'outerHTML', message: 'Text reaches the page only by textContent.' },
        { property: 'insertAdjacentHTML', message: 'Text reaches the page only by textContent.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "AssignmentExpression > MemberExpression.left:matches([object.property.name='scene'], [object.name='scene'])",
          message: 'The scene is changed by its methods.',
        },
        {
          selector:
            "AssignmentExpression > MemberExpression.left[object.object.property.name='scene']",
          message: 'The scene is changed by its methods.',
        },
      ],
      'no-restricted-globals': ['error', { name: 'name', message: 'The window has a name.' }],
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  { files: ['test/**/*.js'], languageOptions: { globals: globals.node } },
];
