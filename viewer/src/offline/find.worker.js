import './borrow.js';
import '../work/find.worker.js';
