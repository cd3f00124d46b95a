import { describe, expect, it } from '@jest/globals';
import { readPolicy } from '../../../src/flows/gate/policy.ts';
import type { GateWorld } from '../../../src/ports/worlds/gate.ts';
import { gatePlan } from './gate-plan.ts';

/** A project with these files, in which git ends like this and says that. */
const project = (documents: readonly unknown[], git: { readonly exitCode?: number; readonly diff?: string } = {}): GateWorld =>
  ({
    clock: { now: () => new Date('2026-11-29T12:00:00Z') },
    files: { documents: () => Promise.resolve(documents) },
    findings: { capture: (name: string) => name, text: () => Promise.resolve(git.diff ?? '') },
    process: { run: () => Promise.resolve({ exitCode: git.exitCode, tail: '' }) },
  }) as unknown as GateWorld;

const read = (world: GateWorld, more: Parameters<typeof gatePlan>[0]) => readPolicy(gatePlan(more), world, new AbortController().signal);
const entry = { id: 'CVE-2026-1', reason: 'not reachable', owner: 'shop', expires: '2026-12-31' };

describe('a file that the verdict goes by', () => {
  it('is read', async () => {
    const { policy, notes } = await read(project([{ suppressions: [entry] }]), { suppressions: 'ignore.yml' });
    expect(policy.suppressions).toMatchObject([{ id: 'CVE-2026-1', owner: 'shop' }]);
    expect(notes).toEqual([]);
  });

  it.each([
    ['no list', [{}], /`suppressions`: the file `ignore.yml` has no list/],
    ['nothing', [], /has no list/],
    ['two documents', [{ suppressions: [entry] }, { suppressions: [] }], /has no list/],
    ['an entry without an end', [{ suppressions: [{ ...entry, expires: undefined }] }], /expires/],
  ])('and holds %s stops the gate: a rule that nobody can read excuses nothing', async (_, documents, what) =>
    expect(read(project(documents), { suppressions: 'ignore.yml' })).rejects.toMatchObject({
      code: 'POLICY_INVALID',
      what: expect.stringMatching(what),
    }),
  );

  it('is a baseline of this action, or none', async () =>
    expect(read(project([{ findings: [] }]), { baseline: 'baseline.json' })).rejects.toMatchObject({
      code: 'POLICY_INVALID',
      what: expect.stringMatching(/^`baseline`: the file `baseline.json` is no baseline/),
    }));
});

describe('the lines that changed', () => {
  it('count alone where git says them', async () => {
    const diff = 'diff --git a.ts a.ts\n--- a.ts\n+++ a.ts\n@@ -1,0 +2 @@\n+x\n';
    const { policy, notes } = await read(project([], { exitCode: 0, diff }), { changedSince: { base: 'main' } });
    expect([policy.changes?.has('a.ts'), notes]).toEqual([true, []]);
  });

  it.each([
    ['there is no commit before', undefined, 0, 'there is no commit before this change'],
    ['git does not know it', 'main', 128, 'could not compare with `main`'],
  ])('are all of them where %s, and that is said', async (_, base, exitCode, says) => {
    const { policy, notes } = await read(project([], { exitCode }), { changedSince: { base } });
    expect([policy.changes, notes]).toEqual([undefined, [expect.stringContaining(says)]]);
  });

  it.each([1, undefined])('are not known where git ends with %p', async (exitCode) =>
    expect(read(project([], exitCode === undefined ? {} : { exitCode }), { changedSince: { base: 'main' } })).rejects.toMatchObject({
      code: 'CHANGES_UNKNOWN',
    }),
  );
});
