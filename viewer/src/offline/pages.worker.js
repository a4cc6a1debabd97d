import './borrow.js';
import '../work/pages.worker.js';
