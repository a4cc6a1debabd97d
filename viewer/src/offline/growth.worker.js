import './borrow.js';
import '../work/growth.worker.js';
