import { describe, expect, it } from '@jest/globals';
import { appliedByUs, foreignManager, foreignWriter } from '../../../src/domain/kubernetes/managers.ts';
import type { ManagedFields } from '../../../src/domain/kubernetes/object.ts';
import { routers } from '../../../src/domain/traffic/index.ts';

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

describe('foreignWriter', () => {
  const labelled = { 'f:metadata': { 'f:labels': { 'f:team': {} } } };
  const weightOf: Readonly<Record<string, object>> = {
    // Lists of custom resources are owned as a whole.
    'gateway-api': { 'f:spec': { 'f:rules': {} } },
    istio: { 'f:spec': { 'f:http': {} } },
    'nginx-ingress': { 'f:metadata': { 'f:annotations': { 'f:nginx.ingress.kubernetes.io/canary-weight': {} } } },
    replicas: { 'f:spec': { 'f:replicas': {} } },
  };
  const at = (second: number): string => `2026-01-01T00:00:0${second}Z`;

  it.each(Object.entries(routers))('of %s is who has the weights, and not who labelled it since', (name, { weights: { pointer } }) => {
    const fieldsV1 = weightOf[name];
    const writer = (...fields: readonly ManagedFields[]) => foreignWriter(object(fields), pointer);
    const argocd = entry('argocd-controller', at(2), { fieldsV1 });
    const labeller = entry('labeller', at(5), { fieldsV1: labelled });
    expect(writer(argocd, labeller)).toBe('argocd-controller');
    expect(writer(labeller, argocd, entry('wf-deploy', at(9), { fieldsV1 }))).toBe('argocd-controller');
    expect(writer(argocd, labeller, entry('kubectl-edit', at(3), { fieldsV1 }))).toBe('kubectl-edit');
    expect(writer(argocd, entry('kubectl', at(4), { fieldsV1, subresource: 'scale' }), labeller)).toBe('kubectl');
    // Nothing is said of the weights, or only we have them.
    expect(writer(entry('helm', at(1)), labeller)).toBe('labeller');
    expect(writer(entry('wf-deploy', at(9), { fieldsV1 }), labeller)).toBe('labeller');
    expect(writer(entry('wf-deploy', at(9), { fieldsV1 }))).toBeUndefined();
  });

  it.each([
    ['who owns all of it as a whole', { 'f:spec': {} }, 'argocd'],
    ['who owns an entry of it', { 'f:spec': { 'f:rules': { 'k:{"name":"a"}': { '.': {} } } } }, 'argocd'],
    ['not who owns what is beside it', { 'f:spec': { 'f:hostnames': {} } }, 'labeller'],
    ['not who owns what cannot be read', 'f:spec', 'labeller'],
    ['not who owns nothing', null, 'labeller'],
  ])('is %s', (_, fieldsV1, expected) => {
    const fields = [entry('argocd', at(1), { fieldsV1 }), entry('labeller', at(5), { fieldsV1: labelled })];
    expect(foreignWriter(object(fields), '/spec/rules')).toBe(expected);
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
