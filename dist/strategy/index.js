import { act } from '../index.js';
await act('strategy');
