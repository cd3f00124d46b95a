import { expect, it } from '@jest/globals';
import { type Writing, wrote } from '../../src/flows/writing.ts';
import { stage } from './stand-ins.ts';

it('a write is in the log and, with its time, in the report', () => {
  const { world, lines, clock } = stage();
  const writes: Writing[] = [];
  wrote({ world, writes }, 'Deployment agent: 2 pods');
  expect(writes).toEqual([{ at: clock.now().toISOString(), what: 'Deployment agent: 2 pods' }]);
  expect(lines).toEqual(['  Deployment agent: 2 pods']);
});
