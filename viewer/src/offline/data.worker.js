import './borrow.js';
import '../work/data.worker.js';
