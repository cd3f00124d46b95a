import { after } from '../index.js';
await after('rollback');
