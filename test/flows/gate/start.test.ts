import { describe, expect, it } from '@jest/globals';
import { Failure } from '../../../src/failure.ts';
import { programOf } from '../../../src/flows/gate/start.ts';
import type { GateWorld } from '../../../src/ports/worlds/gate.ts';

/** A project in which looking for a program comes to this. */
function project(find: (pattern: string) => Promise<readonly string[]>): { readonly world: GateWorld; readonly lines: string[] } {
  const lines: string[] = [];
  return { world: { files: { find }, log: { line: (text: string) => lines.push(text) } } as unknown as GateWorld, lines };
}
const folder = 'node_modules/.bin';

describe('the program of a tool', () => {
  it("is the project's own where it has one, below the folder of the job", async () => {
    const asked: string[] = [];
    const { world } = project((pattern) => {
      asked.push(pattern);
      return Promise.resolve([pattern]);
    });
    expect(await programOf(folder, 'eslint', { directory: 'services/agent' }, world)).toBe('./node_modules/.bin/eslint');
    expect(asked).toEqual(['services/agent/node_modules/.bin/eslint']);
  });

  it('is that of the machine where the project has none, or the tool has no folder of its own', async () => {
    const { world, lines } = project(() => Promise.resolve([]));
    expect([
      await programOf(folder, 'eslint', { directory: '.' }, world),
      await programOf(undefined, 'ruff', { directory: '.' }, world),
    ]).toEqual(['eslint', 'ruff']);
    expect(lines).toEqual([]);
  });

  it('is that of the machine where nobody can look, and that is said', async () => {
    const outside = new Failure('FILE_UNREADABLE', 'It lies outside of the workspace.', 'Move it.');
    const { world, lines } = project(() => Promise.reject(outside));
    expect(await programOf(folder, 'eslint', { directory: '.' }, world)).toBe('eslint');
    expect(lines).toEqual([
      "eslint: that of the machine is started, because the project's own cannot be looked for: It lies outside of the workspace.",
    ]);
  });

  it('is none where looking for it is a defect', async () => {
    const { world } = project(() => Promise.reject(new TypeError('x is not y')));
    await expect(programOf(folder, 'eslint', { directory: '.' }, world)).rejects.toThrow('x is not y');
  });
});
