import { expect, it } from '@jest/globals';
import { buildWorkspace } from '../../src/world/workspace.ts';
import { surroundings } from './surroundings.ts';

it('starts programs, and their output goes to the log', async () => {
  const lines: string[] = [];
  const { process: programs, run } = buildWorkspace(
    surroundings({
      log: { line: (text) => lines.push(text), debug: () => undefined, annotate: () => undefined },
      workspace: '.',
      environment: { PATH: process.env['PATH'], INSIDE: 'yes' },
    }),
  );
  const { exitCode } = await programs.run([process.execPath, '-p', 'process.env.INSIDE'], { environment: {}, timeoutSeconds: 30 });
  expect({ exitCode, lines, holder: run.holder }).toEqual({ exitCode: 0, lines: ['    yes'], holder: 'h' });
});
