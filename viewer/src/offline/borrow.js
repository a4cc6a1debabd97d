/** Comes before all else in a worker of a page on a disk. */
import { readFilesBy } from '../site/files.js';
import { borrowing } from './lending.js';

readFilesBy(borrowing());
