import { after } from '../index.js';
await after('stage');
