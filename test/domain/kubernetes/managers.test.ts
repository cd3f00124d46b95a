import { describe, expect, it } from '@jest/globals';
import { appliedByUs, foreignManager } from '../../../src/domain/kubernetes/managers.ts';
import type { ManagedFields } from '../../../src/domain/kubernetes/object.ts';

const object = (managedFields?: readonly ManagedFields[]) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'agent', ...(managedFields === undefined ? {} : { managedFields }) },
});
const entry = (manager: string, time: string, more: object = {}): ManagedFields => ({ manager, time, operation: 'Update', ...more });

describe('foreignManager', () => {
  it.each([
    ['nobody', undefined, undefined],
    ['nobody', [], undefined],
    ['us alone', [entry('wf-deploy', '2026-01-02T00:00:00Z')], undefined],
    [
      'the latest of several',
      [entry('helm', '2026-01-01T00:00:00Z'), entry('kubectl-edit', '2026-01-03T00:00:00Z'), entry('argocd', '2026-01-02T00:00:00Z')],
      'kubectl-edit',
    ],
    ['someone before us', [entry('wf-deploy', '2026-01-09T00:00:00Z'), entry('helm', '2026-01-01T00:00:00Z')], 'helm'],
    [
      'no one who wrote the status only',
      [entry('traefik', '2026-01-05T00:00:00Z', { subresource: 'status' }), entry('helm', '2026-01-01T00:00:00Z')],
      'helm',
    ],
    ['an entry without a name', [{ time: '2026-01-05T00:00:00Z' }], undefined],
    ['one without a time, if there is no other', [{ manager: 'old-kubectl' }], 'old-kubectl'],
    ['one with a time before one without', [{ manager: 'old-kubectl' }, entry('helm', '2026-01-01T00:00:00Z')], 'helm'],
  ] as const)('is %s', (_, fields, expected) => {
    expect(foreignManager(object(fields))).toBe(expected);
  });
});

describe('appliedByUs', () => {
  const ours = entry('wf-deploy', '2026-01-02T00:00:00Z');
  const applied = { ...ours, operation: 'Apply' };
  const controller = entry('kube-controller-manager', '2026-01-02T00:00:00Z', { subresource: 'status' });

  it('turns what we own by creation into what we own by apply, and nobody else’s', () => {
    const fields = [entry('helm', '2026-01-01T00:00:00Z'), ours, controller];
    expect(appliedByUs(object(fields))).toEqual([
      { op: 'replace', path: '/metadata/managedFields', value: [fields[0], applied, controller] },
    ]);
  });

  it.each([
    ['nobody owns anything', undefined],
    ['we own nothing', [controller]],
    ['it was applied, and patched since', [applied, ours]],
  ])('does nothing where %s', (_, fields) => {
    expect(appliedByUs(object(fields))).toBeUndefined();
  });
});
