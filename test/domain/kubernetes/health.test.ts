import { describe, expect, it } from '@jest/globals';
import { health, nodePatience, restartedSince, restartsOf, withPatience } from '../../../src/domain/kubernetes/health.ts';
import { isStarted } from '../../../src/domain/traffic/replicas/gate.ts';
import { pod, readyPod, terminated, waiting } from './pods.ts';

const container = (restartCount: number, more: object = {}) => ({
  name: 'agent',
  ready: true,
  restartCount,
  state: { running: {} },
  ...more,
});
const leaving = { deletionTimestamp: '2026-01-01T00:00:00Z' };

describe('the health of the pods under traffic', () => {
  it('counts pods that are ready and stay', () => {
    const pods = [readyPod('a'), readyPod('b'), readyPod('c', [container(0)], leaving), pod('d')];
    expect(health(pods, {})).toEqual({ readyEndpoints: 2 });
  });

  it('counts what serves in another way, where that is said', () => {
    const gated = pod('a', { conditions: [{ type: 'ContainersReady', status: 'True' }] });
    expect(health([gated], {})).toMatchObject({ readyEndpoints: 0, trouble: { fatal: true } });
    expect(health([gated], {}, isStarted)).toEqual({ readyEndpoints: 1 });
  });

  it('takes restarts before the stage for no trouble', () => {
    const pods = [readyPod('a', [container(3, { lastState: terminated(1) })])];
    expect(restartsOf(pods)).toEqual({ 'a/agent': 3 });
    expect(health(pods, restartsOf(pods))).toEqual({ readyEndpoints: 1 });
  });

  it('takes a restart since then for trouble, though the pod is ready again', () => {
    const pods = [readyPod('a', [container(4, { lastState: terminated(1) })])];
    expect(health(pods, { 'a/agent': 3 })).toMatchObject({
      readyEndpoints: 1,
      trouble: { cause: 'exited', fatal: true, pod: 'a', container: 'agent', what: expect.stringContaining('exit code 1') },
    });
  });

  it('takes a restart of a pod that is new for trouble', () => {
    expect(health([readyPod('a'), readyPod('b', [container(1)])], { 'a/agent': 0 })).toMatchObject({
      trouble: { cause: 'exited', what: 'Container `agent` of pod b was restarted.' },
    });
  });

  it('tells what pods that are well went through since, and nothing of those that leave', () => {
    expect(restartedSince([readyPod('a', [container(2)])], { 'a/agent': 1 })).toMatchObject({ cause: 'exited', pod: 'a' });
    expect(restartedSince([readyPod('a', [container(2)])], { 'a/agent': 2 })).toBeUndefined();
    const { metadata, ...rest } = readyPod('a', [container(2)]);
    expect(restartedSince([{ ...rest, metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }], {})).toBeUndefined();
  });

  it('takes a restart of a sidecar for trouble', () => {
    const sidecar = pod('a', {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      initContainerStatuses: [{ name: 'proxy', restartCount: 1 }],
      containerStatuses: [container(0)],
    });
    expect(health([sidecar], {})).toMatchObject({ readyEndpoints: 1, trouble: { container: 'proxy' } });
  });

  it('tells out of memory from other restarts', () => {
    const killed = container(1, { lastState: terminated(137, { reason: 'OOMKilled' }) });
    expect(health([readyPod('a', [killed])], {}).trouble).toMatchObject({ cause: 'out-of-memory', fatal: true });
  });

  it('ignores restarts of a pod that is being deleted', () => {
    expect(health([readyPod('a'), readyPod('b', [container(9)], leaving)], {})).toEqual({ readyEndpoints: 1 });
  });

  it.each([
    ['crash loop', waiting('CrashLoopBackOff', undefined, { restartCount: 2, lastState: terminated(1) }), 'crash-loop'],
    ['missing image', waiting('ImagePullBackOff', 'not found'), 'image-pull'],
  ])('takes a %s of one pod for trouble while others are ready', (_, status, cause) => {
    expect(health([readyPod('a'), pod('b', { containerStatuses: [status] })], { 'b/agent': 2 })).toMatchObject({
      readyEndpoints: 1,
      trouble: { cause, fatal: true, pod: 'b' },
    });
  });

  it('does not take a pod that is starting, or waits for a node, for trouble', () => {
    const pods = [
      readyPod('a'),
      pod('b', { containerStatuses: [waiting('ContainerCreating')] }),
      pod('c', { conditions: [{ type: 'PodScheduled', status: 'False' }] }),
    ];
    expect(health(pods, {})).toEqual({ readyEndpoints: 1 });
  });

  it('takes no ready pod for trouble', () => {
    expect(health([pod('a'), pod('b')], {})).toMatchObject({
      readyEndpoints: 0,
      trouble: { fatal: true, what: "None of the canary's 2 pods is ready." },
    });
    expect(health([], {})).toMatchObject({ readyEndpoints: 0, trouble: { fatal: true, what: 'The canary has no pod any more.' } });
  });
});

describe('no ready pod', () => {
  const known = pod('a', { containerStatuses: [container(0)] });
  const [later, starting] = [
    pod('b', { containerStatuses: [container(0)] }),
    pod('c', { containerStatuses: [waiting('ContainerCreating')] }),
  ];

  it.each([
    ['one that had served and is not ready any more', [known, starting], 'probe'],
    ['only pods that have come for one that is gone', [later, starting], 'absent'],
    ['one that was evicted', [pod('a', { phase: 'Failed', containerStatuses: [container(0, { state: terminated(143) })] })], 'absent'],
    ['none at all', [], 'absent'],
  ] as const)('is laid to the image or to nobody: %s', (_, pods, cause) => {
    expect(health(pods, restartsOf([known])).trouble).toMatchObject({ fatal: true, cause });
  });
});

describe('pods whose nodes the control plane does not hear of', () => {
  const unheard = (name: string) =>
    pod(name, {
      phase: 'Running',
      containerStatuses: [container(0)],
      conditions: [
        { type: 'Ready', status: 'False' },
        { type: 'ContainersReady', status: 'True' },
      ],
    });
  const away = health([unheard('a'), unheard('b')], {});

  it('are trouble of their nodes where none other is ready', () => {
    expect(away).toMatchObject({ readyEndpoints: 0, trouble: { cause: 'node', fatal: true, pod: 'a' } });
    expect(health([unheard('a'), readyPod('b')], {})).toEqual({ readyEndpoints: 1 });
  });

  it('do not hide a crash', () => {
    const crashed = pod('b', { phase: 'Running', containerStatuses: [waiting('CrashLoopBackOff')] });
    expect(health([unheard('a'), crashed], {})).toMatchObject({ trouble: { cause: 'crash-loop', pod: 'b' } });
  });

  it('are waited for as long as kubelets take to report, in an unbroken row of looks', () => {
    const first = withPatience(away, undefined, 100);
    expect(first).toMatchObject({ since: 100, health: { trouble: { cause: 'node', fatal: false } } });
    expect(withPatience(away, first.since, 100 + nodePatience - 1)).toMatchObject({ since: 100, health: { trouble: { fatal: false } } });
    expect(withPatience(away, first.since, 100 + nodePatience)).toMatchObject({ health: { trouble: { fatal: true } } });
  });

  it('begin anew once a pod was ready', () => {
    const well = health([readyPod('a')], {});
    expect(withPatience(well, 100, 110)).toEqual({ health: well });
  });
});
