import { credential } from './index.js';
await credential();
