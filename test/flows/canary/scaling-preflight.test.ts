import { describe, expect, it } from '@jest/globals';
import { deploymentSpec } from '../../../src/domain/kubernetes/workload.ts';
import { quotaFindings } from '../../../src/flows/canary/scaling-preflight.ts';
import type { Survey } from '../../../src/flows/canary/survey.ts';
import { app } from '../../domain/traffic/httproute/fixtures.ts';
import { deployment } from '../workloads.ts';
import { oldImage, planOf } from './shop.ts';

/** Of two pods of stable, in a quota of so many. */
function found(pods: number, strategy: object, inputs: Readonly<Record<string, string>> = {}): readonly string[] {
  const stable = deployment('agent', oldImage, 2);
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'small' }, status: { hard: { pods }, used: { pods: '2' } } };
  const survey: Pick<Survey, 'app' | 'quotas' | 'canary' | 'scaling'> = {
    app,
    quotas: [quota],
    canary: undefined,
    scaling: { autoscaler: { is: 'none' }, hpas: [], budgets: [], scaledObject: undefined, canaryScaledObject: undefined },
  };
  const rolling = { ...stable, spec: { ...deploymentSpec(stable), strategy } };
  return quotaFindings(planOf(inputs), survey, rolling, deploymentSpec(stable).template ?? {}).problems.map(({ what }) => what);
}

const keepsAll = { rollingUpdate: { maxUnavailable: 0 } };
const mayMissOne = { rollingUpdate: { maxUnavailable: 1 } };
const canary = 'of the canary agent-canary, which grows to the size of stable, 2';

describe('the room that a rollout needs', () => {
  it('is that of two sizes where stable may miss a pod while it is updated', () => {
    expect(found(4, mayMissOne)).toEqual([]);
    expect(found(3, mayMissOne)).toEqual([`ResourceQuota small, pods: hard 3, used 2, needed 2 more for 2 pods ${canary}.`]);
  });

  it('has the pod that a promotion begins with, where there is one', () => {
    expect(found(4, keepsAll)).toEqual([
      `ResourceQuota small, pods: hard 4, used 2, needed 3 more for 3 pods ${canary}, of stable, whose update begins with a pod more.`,
    ]);
    expect(found(5, keepsAll)).toEqual([]);
    expect(found(4, keepsAll, { promote: 'false' })).toEqual([]);
  });

  it('has the guardian, which is there all the time', () => {
    expect(found(5, keepsAll, { guardian: 'true' })).toEqual([
      `ResourceQuota small, pods: hard 5, used 2, needed 4 more for 4 pods ${canary}, of stable, whose update begins with a pod more, of the guardian.`,
    ]);
    expect(found(6, keepsAll, { guardian: 'true' })).toEqual([]);
  });
});
