import { expect, it } from '@jest/globals';
import { buildWorkspace } from '../../src/world/workspace.ts';
import { surroundingsOfNoBuild } from './no-build.ts';

it('starts programs, and their output goes to the log', async () => {
  const lines: string[] = [];
  const { process: programs, run } = buildWorkspace({
    run: { holder: 'h', page: undefined, actor: undefined, commit: undefined },
    log: { line: (text) => lines.push(text), debug: () => undefined, annotate: () => undefined },
    cancellation: { onRequest: () => () => undefined },
    handover: { save: () => undefined },
    mask: () => undefined,
    workspace: '.',
    temporary: '.',
    kubeconfigPath: '',
    dockerConfig: '',
    idToken: undefined,
    building: surroundingsOfNoBuild,
    environment: { PATH: process.env['PATH'], INSIDE: 'yes' },
    version: '1',
  });
  const { exitCode } = await programs.run([process.execPath, '-p', 'process.env.INSIDE'], { environment: {}, timeoutSeconds: 30 });
  expect({ exitCode, lines, holder: run.holder }).toEqual({ exitCode: 0, lines: ['    yes'], holder: 'h' });
});
