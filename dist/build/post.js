import { after } from '../index.js';
await after('build');
