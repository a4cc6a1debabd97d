/** The page of an exported site, which opens from a disk as it does from a server. */
import './read.js';
import '../main.js';
