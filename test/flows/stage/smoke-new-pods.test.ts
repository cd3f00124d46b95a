import { expect, it } from '@jest/globals';
import { Deployment, Pod } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import { leaseOf } from '../rollback/shop.ts';
import type { Stage } from '../stand-ins.ts';
import { deployPlan, imageNow, next, old, shop } from './shop.ts';

const labels = { app: 'worker' };
const worker: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'worker', namespace: 'shop', uid: 'worker-uid' },
  spec: {
    replicas: 0,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'job', image: old }] } },
  },
};

const status = ({ metadata: { generation = 0 } }: KubernetesObject) => ({
  observedGeneration: generation,
  replicas: 0,
  updatedReplicas: 0,
  readyReplicas: 0,
  availableReplicas: 0,
});

/** While the second workload takes its time, the pods of the first are made anew elsewhere, as when a node is drained. */
function drained(on: Stage): void {
  const { cluster, clock } = on;
  const { reacting } = cluster;
  const settle = (): void => {
    const now = cluster.find(Deployment, 'worker') as KubernetesObject;
    cluster.put(Deployment, { ...now, status: status(now) });
  };
  cluster.put(Deployment, worker);
  settle();
  cluster.reacting = (object) => {
    if (object.metadata.name !== 'worker') return reacting(object);
    void clock.sleep(120).then(() => {
      for (const pod of cluster.objectsOf(Pod)) {
        cluster.remove(Pod, pod.metadata.name);
        cluster.put(Pod, { ...pod, metadata: { ...pod.metadata, name: `${pod.metadata.name}-moved` } });
      }
      settle();
    });
  };
}

it('the smoke checks ask a pod that is there when the last workload is done', async () => {
  let asked = '';
  const on = shop({
    probe: () =>
      on.cluster.find(Pod, asked) === undefined ? { is: 'no-answer', reason: 'reset' } : { is: 'answer', status: 200, body: '' },
  });
  drained(on);
  const pods: Stage['world']['pods'] = {
    ...on.world.pods,
    forward: (pod, port) => {
      asked = pod.name;
      return on.world.pods.forward(pod, port);
    },
  };
  const plan = deployPlan({
    workloads: 'deployment/agent\ndeployment/worker',
    images: `api: ${next}\njob: ${next}`,
    smoke: '- http: /health',
    'rollout-timeout': '10m',
  });
  const result = await on.clock.until(executeStage(plan, { ...on.world, pods }));
  expect(result).toMatchObject({ outcome: 'promoted' });
  expect(imageNow(on)).toBe(next);
});

it.each([
  ['ended', { state: { terminated: { exitCode: 1, reason: 'Error' } } }, 'CrashLoopBackOff|ended|exit'],
  ['out of memory', { state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }, 'memory'],
])('pods that crash while the smoke checks ask them (%s): that is the reason, and the image is held', async (_, container, said) => {
  const on: Stage = shop({
    probe: () => {
      for (const pod of on.cluster.objectsOf(Pod))
        on.cluster.put(Pod, {
          ...pod,
          status: {
            phase: 'Running',
            conditions: [{ type: 'Ready', status: 'False' }],
            containerStatuses: [{ name: 'api', ready: false, restartCount: 0, ...container }],
          },
        });
      return { is: 'no-answer', reason: 'reset' };
    },
  });
  const result = await on.clock.until(executeStage(deployPlan({ images: `api: ${next}`, smoke: '- http: /health' }), on.world));
  expect(result).toMatchObject({ outcome: 'rolled-back', code: 'ROLLOUT_FAILED', reason: expect.stringMatching(said) });
  expect(imageNow(on)).toBe(old);
  expect(leaseOf(on).holds?.list).toMatchObject([{ digest: next.split('@')[1], by: 'crash' }]);
});

it('a smoke check that a healthy pod fails holds nothing', async () => {
  const on = shop({ probe: () => ({ is: 'answer', status: 500, body: '' }) });
  const result = await on.clock.until(executeStage(deployPlan({ images: `api: ${next}`, smoke: '- http: /health' }), on.world));
  expect(result).toMatchObject({ outcome: 'rolled-back', code: 'SMOKE_FAILED' });
  expect(leaseOf(on).holds).toBeUndefined();
});
