import { describe, expect, it } from '@jest/globals';
import { fence, unfence } from '../../../src/domain/rollout/fence.ts';

const object = (metadata: object) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'agent', ...metadata } });
const key = 'wf-deploy.io/epoch';

describe('fence', () => {
  it('marks the version that was read with the epoch', () => {
    expect(fence(object({ resourceVersion: '7', annotations: { mine: 'yes', [key]: '3' } }), 4)).toEqual([
      { op: 'test', path: '/metadata/resourceVersion', value: '7' },
      { op: 'add', path: '/metadata/annotations/wf-deploy.io~1epoch', value: '4' },
    ]);
  });

  it('makes the annotations where there are none', () => {
    expect(fence(object({}), 4)).toEqual([{ op: 'add', path: '/metadata/annotations', value: { [key]: '4' } }]);
  });

  it('writes once for an epoch, and again for one that is not ours, whichever is higher', () => {
    expect(fence(object({ annotations: { [key]: '4' } }), 4)).toBeUndefined();
    expect(fence(object({ annotations: { [key]: '9' } }), 4)).toHaveLength(1);
  });

  it('is taken off the version that was read, which is out of date then', () => {
    expect(unfence(object({ resourceVersion: '7', annotations: { [key]: '4' } }))).toEqual([
      { op: 'test', path: '/metadata/resourceVersion', value: '7' },
      { op: 'remove', path: '/metadata/annotations/wf-deploy.io~1epoch' },
    ]);
  });
});
