import { describe, expect, it } from '@jest/globals';
import { Deployment, Pod } from '../../src/domain/kubernetes/kinds.ts';
import { type Awaited, awaitRollout, runs } from '../../src/flows/await-rollout.ts';
import { waiting } from '../domain/kubernetes/pods.ts';
import { forbidden, unreachable } from './memory-cluster/failures.ts';
import { type Stage, stage } from './stand-ins.ts';
import { deployment, podOf } from './workloads.ts';

const image = 'shop/agent:2';
const what = { namespace: 'shop', deployment: 'agent-canary', podLabels: 'app=agent-canary', seconds: 60, image, replicas: 2 };
const rollout = (on: Stage, more: Partial<typeof what> & { readonly gated?: true } = {}): Promise<Awaited> =>
  on.clock.until(awaitRollout(on.world, { ...what, ...more }));
const put = (on: Stage, ready: number, replicas = 2) => on.cluster.put(Deployment, deployment('agent-canary', image, replicas, ready));
const cannotPull = { containerStatuses: [waiting('ImagePullBackOff', 'manifest unknown')] };
const crashing = { phase: 'Running', containerStatuses: [waiting('CrashLoopBackOff', undefined, { restartCount: 4 })] };

function with_(...pods: readonly ReturnType<typeof podOf>[]): Stage {
  const on = stage();
  for (const each of pods) on.cluster.put(Pod, each);
  return on;
}

describe('awaitRollout', () => {
  it('is over at once when everything is there', async () => {
    const on = with_(podOf('agent-canary-1', image), podOf('agent-canary-2', image));
    put(on, 2);
    expect(await rollout(on)).toMatchObject({ is: 'available', workload: { pods: [{}, {}] } });
    expect(on.clock.monotonic()).toBe(1000);
  });

  it('is over in the moment in which the last pod becomes ready', async () => {
    const on = with_(podOf('agent-canary-1', image), podOf('agent-canary-2', image, {}));
    put(on, 1);
    void on.clock.sleep(17).then(() => on.cluster.put(Pod, podOf('agent-canary-2', image)) && put(on, 2));
    expect(await rollout(on)).toMatchObject({ is: 'available' });
    expect(on.clock.monotonic()).toBe(1017);
  });

  it.each([
    ['no pod was seen yet', [], 2, 2, 'its pods to be seen'],
    [
      'only pods of another image were seen',
      [podOf('agent-canary-1', 'shop/agent:1'), podOf('agent-canary-2', 'shop/agent:1')],
      2,
      2,
      'its pods to be seen',
    ],
    ['it has another size', [podOf('agent-canary-1', image)], 1, 1, 'an answer of the cluster'],
    ['a pod is not ready', [podOf('agent-canary-1', image)], 2, 1, '1 of 2 pods to become available (1 ready)'],
  ] as const)('is not over while %s', async (_, pods, replicas, ready, waitingFor) => {
    const on = with_(...pods);
    put(on, ready, replicas);
    expect(await rollout(on)).toMatchObject({ is: 'timed-out', waitingFor });
    expect(on.clock.monotonic()).toBe(1060);
  });

  it('is not over while the status is about an earlier generation', async () => {
    const on = with_(podOf('agent-canary-1', image), podOf('agent-canary-2', image));
    const object = deployment('agent-canary', image, 2);
    on.cluster.put(Deployment, { ...object, status: { ...(object['status'] as object), observedGeneration: 0 } });
    expect(await rollout(on)).toMatchObject({ is: 'timed-out', waitingFor: expect.stringContaining('to see generation 1') });
  });

  it.each([
    ['an image that cannot be pulled', cannotPull, 'image-pull', 5],
    ['a crash loop', crashing, 'crash-loop', 5],
  ])('ends early for %s, once it has lasted', async (_, state, cause, seconds) => {
    const on = with_(podOf('agent-canary-1', image), podOf('agent-canary-2', image, state));
    put(on, 1);
    expect(await rollout(on)).toMatchObject({ is: 'failed', diagnosis: { cause, pod: 'agent-canary-2' } });
    const passed = on.clock.monotonic() - 1000;
    expect([passed >= seconds, passed <= seconds + 2]).toEqual([true, true]);
  });

  it('does not end for a hiccup', async () => {
    const on = with_(podOf('agent-canary-1', image), podOf('agent-canary-2', image, cannotPull));
    put(on, 1);
    void on.clock.sleep(4).then(() => on.cluster.put(Pod, podOf('agent-canary-2', image, {})));
    void on.clock.sleep(20).then(() => on.cluster.put(Pod, podOf('agent-canary-2', image)) && put(on, 2));
    expect(await rollout(on)).toMatchObject({ is: 'available' });
  });

  it('does not end for pods of an image before', async () => {
    const on = with_(podOf('agent-canary-1', image), podOf('agent-canary-0', 'shop/agent:1', crashing));
    put(on, 1);
    expect(await rollout(on)).toMatchObject({ is: 'timed-out' });
  });

  it('tells of other trouble once, and waits on', async () => {
    const on = with_(
      podOf('agent-canary-1', image),
      podOf('agent-canary-2', image, {
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no node has room' }],
      }),
    );
    put(on, 1);
    expect(await rollout(on)).toMatchObject({ is: 'timed-out', diagnosis: { cause: 'unschedulable' } });
    expect(on.lines).toEqual([expect.stringContaining('no node has room')]);
  });

  it('waits for an API server that does not answer', async () => {
    const on = with_(podOf('agent-canary-1', image), podOf('agent-canary-2', image));
    put(on, 2);
    on.cluster.failing = unreachable;
    void on.clock.sleep(31).then(() => {
      on.cluster.failing = () => undefined;
    });
    expect(await rollout(on)).toMatchObject({ is: 'available' });
    expect(on.clock.monotonic()).toBe(1032);
  });

  it('of a Deployment that nobody has seen says that', async () => {
    expect(await rollout(stage())).toEqual({ is: 'timed-out', waitingFor: 'an answer of the cluster', diagnosis: undefined });
  });

  it('does not wait for what is forbidden', async () => {
    const on = stage();
    on.cluster.failing = forbidden;
    await expect(rollout(on)).rejects.toMatchObject({ code: 'CLUSTER_FORBIDDEN' });
  });

  it('is interrupted', async () => {
    const on = stage();
    const cancel = new AbortController();
    const waitingFor = awaitRollout(on.world, { ...what, signal: cancel.signal });
    await on.clock.pass(3);
    cancel.abort(new Error('cancelled'));
    await expect(on.clock.until(waitingFor)).rejects.toThrow('cancelled');
  });
});

it('a pod is known by the image of any of its containers', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x' },
    spec: {
      containers: [
        { name: 'proxy', image: 'p:1' },
        { name: 'agent', image },
      ],
    },
  };
  expect([runs(object, image), runs(object, 'shop/agent:3'), runs({ ...object, spec: undefined }, image)]).toEqual([true, false, false]);
});

describe('pods behind a gate', () => {
  const started = (name: string, is = 'True') =>
    podOf(name, image, {
      conditions: [
        { type: 'ContainersReady', status: is },
        { type: 'Ready', status: 'False', message: 'a gate' },
      ],
    });

  it('are there as soon as nothing but their gate is missing, and that is no trouble', async () => {
    const on = with_(started('agent-canary-1'), started('agent-canary-2', 'False'));
    put(on, 0);
    void on.clock.sleep(20).then(() => on.cluster.put(Pod, started('agent-canary-2')) && put(on, 0));
    expect(await rollout(on, { gated: true })).toMatchObject({ is: 'available' });
    expect([on.clock.monotonic(), on.lines]).toEqual([1020, []]);
  });

  it.each([
    ['a pod has not started', [started('agent-canary-1'), started('agent-canary-2', 'False')], 2],
    ['it has another size', [started('agent-canary-1'), started('agent-canary-2')], 3],
  ] as const)('are not there while %s', async (_, pods, replicas) => {
    const on = with_(...pods);
    put(on, 0, replicas);
    expect(await rollout(on, { gated: true })).toMatchObject({ is: 'timed-out' });
  });
});
