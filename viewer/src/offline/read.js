/** Comes before all else on a page on a disk. */
import { readFilesBy } from '../site/files.js';
import { ScriptFiles } from './scripts.js';

const files = new ScriptFiles(new URL('.', location.href).href);
readFilesBy((url) => files.read(url));
