/** The workers of a page on a disk: inside its script, since it may start none from a file. */
import Data from './data.worker.js?worker&inline';
import Find from './find.worker.js?worker&inline';
import Growth from './growth.worker.js?worker&inline';
import Pages from './pages.worker.js?worker&inline';
import { lending } from './lending.js';

export const startData = () => lending(new Data());
export const startFind = () => lending(new Find());
export const startGrowth = () => lending(new Growth());
export const startPages = () => lending(new Pages());
