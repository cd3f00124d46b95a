import { after } from '../index.js';
await after('blue-green');
