import { expect, it } from '@jest/globals';
import { runHere } from '../../../scripts/test/command.ts';

it.each([
  ['exit 0', 0],
  ['exit 3', 3],
  ['kill -KILL $$', 137],
])('%s gives %i', async (script, exitCode) => {
  expect(await runHere(['sh', '-c', script], '.')).toBe(exitCode);
});

it('a command that is not there is an error, not a result', async () => {
  await expect(runHere(['no-such-command'], '.')).rejects.toThrow('ENOENT');
});
