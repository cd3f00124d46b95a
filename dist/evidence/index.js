import { act } from '../index.js';
await act('evidence');
