import { act } from '../index.js';
await act('blue-green');
