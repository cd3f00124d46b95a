import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readActions } from '../scripts/action-metadata.ts';
import { actionNames, loadFlow } from '../src/index.ts';

describe('the actions', () => {
  it('are those that have an action.yml of their own program', () => {
    const programs = readActions(join(import.meta.dirname, '..')).filter(({ using }) => using !== 'composite');
    expect(new Set(actionNames)).toEqual(new Set(programs.map(({ name }) => name)));
  });

  it.each(actionNames)('%s is its own flow', async (name) => {
    expect((await loadFlow(name)).name).toBe(name);
  });
});
