import { after } from '../index.js';
await after('deploy');
