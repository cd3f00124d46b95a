import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { crashAmong, type Diagnosis, diagnose } from '../../../src/domain/kubernetes/diagnosis.ts';
import { event, pod, readyPod, terminated, waiting } from './pods.ts';

const withContainers = (...containerStatuses: readonly object[]) => pod('p', { containerStatuses });
const loop = (last: object, restartCount = 3) =>
  waiting('CrashLoopBackOff', 'back-off 40s restarting failed container', { restartCount, lastState: last });
const unschedulable = {
  type: 'PodScheduled',
  status: 'False',
  reason: 'Unschedulable',
  message: '0/3 nodes are available: 3 Insufficient cpu.',
};
const quotaFailure = {
  type: 'ReplicaFailure',
  status: 'True',
  reason: 'FailedCreate',
  message: 'pods "p" is forbidden: exceeded quota: small, requested: pods=1',
};

describe('what is wrong with a pod', () => {
  const table: readonly (readonly [string, object, Diagnosis['cause'], boolean, string])[] = [
    [
      'an image that is not there',
      waiting('ErrImagePull', 'rpc error: manifest unknown'),
      'image-pull',
      true,
      'Container `agent` of pod p cannot get its image (ErrImagePull): rpc error: manifest unknown.',
    ],
    ['a registry that gave no answer', waiting('ErrImagePull', 'dial tcp: i/o timeout'), 'image-pull', false, 'i/o timeout.'],
    ['a first pull that failed without a reason', waiting('ErrImagePull'), 'image-pull', false, '(ErrImagePull).'],
    ['an image that may not be read', waiting('ErrImagePull', '401 Unauthorized'), 'image-pull', true, 'Unauthorized.'],
    ['an image for another platform', waiting('ErrImagePull', 'no match for platform in manifest'), 'image-pull', true, 'platform'],
    ['backing off', waiting('ImagePullBackOff', 'Back-off pulling image "x:1"'), 'image-pull', true, 'Back-off'],
    [
      'backing off from a registry that is busy',
      waiting('ImagePullBackOff', 'Back-off pulling image "x:1": 503 Service Unavailable'),
      'image-pull',
      false,
      '503',
    ],
    ['backing off from an image that is not there', waiting('ImagePullBackOff', 'x:503: not found'), 'image-pull', true, 'not found'],
    ['a bad image name', waiting('InvalidImageName'), 'image-pull', true, 'cannot be read'],
    ['an image that may not be pulled', waiting('ErrImageNeverPull'), 'image-pull', true, 'Never'],
    ['a missing Secret', waiting('CreateContainerConfigError', 'secret "db" not found'), 'config', true, 'secret "db" not found.'],
    ['a container that cannot be created', waiting('CreateContainerError'), 'config', true, 'cannot be created'],
    ['a container that cannot be started', waiting('RunContainerError'), 'config', true, 'cannot be started'],
    ['a crash loop', loop(terminated(1)), 'crash-loop', true, 'ends again and again, the last time with exit code 1, restarted 3 times.'],
    [
      'a crash loop of a command that is not there',
      loop(terminated(127), 1),
      'crash-loop',
      true,
      'exit code 127 (its command was not found), restarted once.',
    ],
    ['a crash loop without a last state', loop({}), 'crash-loop', true, 'ends again and again: back-off 40s restarting failed container.'],
    [
      'a container that ends well but should not',
      loop(terminated(0, { reason: 'Completed' })),
      'crash-loop',
      true,
      'exit code 0 although it should go on running',
    ],
    [
      'a crash loop for lack of memory',
      loop(terminated(137, { reason: 'OOMKilled' })),
      'out-of-memory',
      true,
      'more memory than its limit',
    ],
    [
      'out of memory once',
      { name: 'agent', restartCount: 0, state: terminated(137, { reason: 'OOMKilled' }) },
      'out-of-memory',
      false,
      'more memory',
    ],
    [
      'out of memory and started again',
      { name: 'agent', restartCount: 1, ready: false, state: { running: {} }, lastState: terminated(137, { reason: 'OOMKilled' }) },
      'out-of-memory',
      false,
      'restarted once',
    ],
    [
      'an exit',
      { name: 'agent', restartCount: 0, state: terminated(2, { message: 'no database' }) },
      'exited',
      false,
      'ended with exit code 2: no database.',
    ],
    [
      'an exit before another start',
      waiting('ContainerCreating', undefined, { restartCount: 1, lastState: terminated(139) }),
      'exited',
      false,
      'SIGSEGV',
    ],
  ];

  it.each(table)('%s', (_, status, cause, fatal, what) => {
    const diagnosis = diagnose([withContainers(status)], []);
    expect(diagnosis).toMatchObject({ cause, fatal, pod: 'p', container: 'agent', what: expect.stringContaining(what) });
    expect(diagnosis?.what).toMatch(/\.$/);
    expect(diagnosis?.remedy).toMatch(/\.$/);
  });

  it.each([
    ['still creating', withContainers(waiting('ContainerCreating'))],
    [
      'initialising',
      pod('p', { initContainerStatuses: [{ name: 'migrate', state: { running: {} } }], containerStatuses: [waiting('PodInitializing')] }),
    ],
    [
      'its init container is done',
      pod('p', { initContainerStatuses: [{ name: 'migrate', state: terminated(0) }], containerStatuses: [waiting('PodInitializing')] }),
    ],
    ['being deleted', pod('p', { containerStatuses: [loop(terminated(1))] }, { deletionTimestamp: '2026-01-01T00:00:00Z' })],
    [
      'ready again after a crash',
      readyPod('p', [{ name: 'agent', ready: true, restartCount: 4, state: { running: {} }, lastState: terminated(1) }]),
    ],
    ['without a status', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }],
  ])('nothing while it is %s', (_, found) => {
    expect(diagnose([found], [])).toBeUndefined();
  });

  it('looks at init containers', () => {
    const found = pod('p', {
      initContainerStatuses: [{ ...loop(terminated(1)), name: 'migrate' }],
      containerStatuses: [waiting('PodInitializing')],
    });
    expect(diagnose([found], [])).toMatchObject({
      cause: 'crash-loop',
      container: 'migrate',
      what: expect.stringMatching(/^Init container `migrate`/),
    });
  });

  it('waits for a node that an autoscaler may add', () => {
    expect(diagnose([pod('p', { conditions: [unschedulable] })], [])).toMatchObject({
      cause: 'unschedulable',
      fatal: false,
      what: 'Pod p has no node: 0/3 nodes are available: 3 Insufficient cpu.',
    });
  });

  it('reports an evicted pod', () => {
    expect(
      diagnose([pod('p', { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' })], []),
    ).toMatchObject({ cause: 'exited', fatal: false, what: 'Pod p failed: Evicted: The node was low on resource: memory.' });
  });
});

describe('what the Deployment and the events add', () => {
  const running = { name: 'agent', ready: false, restartCount: 0, state: { running: {} } };

  it('a quota that is full', () => {
    expect(diagnose([], [quotaFailure])).toMatchObject({
      cause: 'quota',
      fatal: true,
      what: expect.stringContaining('exceeded quota: small'),
    });
  });

  it('an admission rule', () => {
    expect(diagnose([], [{ ...quotaFailure, message: 'violates PodSecurity "restricted:latest"' }])).toMatchObject({
      cause: 'config',
      fatal: true,
    });
  });

  it('nothing when the failure is over', () => {
    expect(diagnose([], [{ ...quotaFailure, status: 'False' }])).toBeUndefined();
  });

  it('the newest message of a probe', () => {
    const events = [
      event('b', 'p', 'Unhealthy', 'Readiness probe failed: 500', '2026-01-01T00:00:02Z'),
      event('c', 'p', 'Unhealthy', 'Readiness probe failed: 404', '2026-01-01T00:00:01Z'),
      event('d', 'q', 'Unhealthy', 'another pod', '2026-01-01T00:00:09Z'),
      event('e', 'p', 'Unhealthy', 'a pod of that name before', '2026-01-01T00:00:09Z', {
        involvedObject: { kind: 'Pod', name: 'p', uid: 'other' },
      }),
      event('f', 'p', 'Started', 'Started container', '2026-01-01T00:00:09Z'),
    ];
    const found = diagnose([withContainers(running)], [], events);
    expect(found).toMatchObject({ cause: 'probe', fatal: false, what: 'Pod p runs but is not ready: Readiness probe failed: 500.' });
    expect(diagnose([withContainers(running)], [], events.toReversed())).toEqual(found);
  });

  it('takes the time of a series, or of an event of the newer kind', () => {
    const events = [
      event('a', 'p', 'Unhealthy', 'old', '2026-01-01T00:00:05Z'),
      event('b', 'p', 'Unhealthy', 'newest', '2026-01-01T00:00:01Z', { series: { lastObservedTime: '2026-01-01T00:00:09.000000Z' } }),
      event('c', 'p', 'Unhealthy', 'newer', '', { lastTimestamp: null, eventTime: '2026-01-01T00:00:07.000000Z' }),
    ];
    expect(diagnose([withContainers(running)], [], events)?.what).toContain('newest');
    expect(diagnose([withContainers(running)], [], events.toSpliced(1, 1))?.what).toContain('newer');
  });

  it('the probe that makes a container restart', () => {
    const events = [event('a', 'p', 'Unhealthy', 'Liveness probe failed: timeout', '2026-01-01T00:00:00Z')];
    expect(diagnose([withContainers(loop(terminated(137)))], [], events)).toMatchObject({
      cause: 'crash-loop',
      what: expect.stringMatching(/restarted 3 times\. Its probe said: Liveness probe failed: timeout\.$/),
    });
  });

  it('that SIGKILL may have been for memory although no node says so', () => {
    const killed = { name: 'agent', restartCount: 0, state: terminated(137, { reason: 'Error' }) };
    expect(diagnose([withContainers(killed)], [])).toMatchObject({
      cause: 'exited',
      what: expect.stringMatching(/exit code 137 \(killed, SIGKILL: by a failing liveness probe, or by the node for its memory\)\.$/),
      remedy: expect.stringMatching(/^Compare what it used of memory with resources\.limits\.memory, read its liveness probe/),
    });
  });

  it('says that a running pod is not ready without events too', () => {
    expect(diagnose([withContainers(running)], [])).toMatchObject({
      cause: 'probe',
      fatal: false,
      what: 'Pod p runs but is not ready: no probe has reported yet.',
    });
  });

  it('a volume that is not there', () => {
    const events = [event('a', 'p', 'FailedMount', 'configmap "settings" not found', '2026-01-01T00:00:00Z')];
    expect(diagnose([withContainers(waiting('ContainerCreating'))], [], events)).toMatchObject({
      cause: 'config',
      fatal: false,
      what: expect.stringContaining('configmap "settings" not found'),
    });
  });

  it('why there is no node, where the pod does not say it', () => {
    const events = [event('a', 'p', 'FailedScheduling', 'no preemption victims found', '2026-01-01T00:00:00Z')];
    expect(diagnose([pod('p', { conditions: [{ type: 'PodScheduled', status: 'False' }] })], [], events)?.what).toBe(
      'Pod p has no node: no preemption victims found.',
    );
  });
});

describe('the worst cause', () => {
  const pods = [
    pod('a', { conditions: [unschedulable] }),
    pod('b', { containerStatuses: [{ name: 'agent', restartCount: 0, state: terminated(1) }] }),
    pod('c', { containerStatuses: [loop(terminated(1))] }),
    pod('d', { containerStatuses: [loop(terminated(137, { reason: 'OOMKilled' }))] }),
    pod('e', { containerStatuses: [waiting('CreateContainerConfigError')] }),
    pod('f', { containerStatuses: [waiting('ImagePullBackOff')] }),
    pod('g', { containerStatuses: [waiting('ImagePullBackOff')] }),
    pod('h', { containerStatuses: [waiting('ErrImagePull', 'i/o timeout')] }),
  ];

  it('is the first of a fixed order, the fatal ones before all others', () => {
    const order: (string | undefined)[] = [];
    let left = pods;
    for (let found = diagnose(left, []); found !== undefined; found = diagnose(left, [])) {
      const { pod: name } = found;
      order.push(name);
      left = left.filter(({ metadata }) => metadata.name !== name);
    }
    expect(order).toEqual(['f', 'g', 'e', 'd', 'c', 'h', 'b', 'a']);
  });

  it('does not depend on the order of the pods', () => {
    const expected = diagnose(pods, [quotaFailure]);
    fc.assert(
      fc.property(fc.shuffledSubarray(pods, { minLength: pods.length }), (shuffled) => {
        expect(diagnose(shuffled, [quotaFailure])).toEqual(expected);
      }),
    );
  });

  it('shows foreign text bounded and on one line', () => {
    const message = `first\nsecond\u0007\u202e${'x'.repeat(10_000)}`;
    for (const status of [waiting('ErrImagePull', message), { name: 'agent', state: terminated(1, { message }) }]) {
      const what = diagnose([withContainers(status)], [])?.what ?? '';
      expect(what.length).toBeLessThan(450);
      expect(what).toContain('first second x');
    }
  });
});

it('a crash among pods that were ready is one that they ended by, and no eviction', () => {
  const exited = { name: 'agent', restartCount: 0, state: terminated(2) };
  expect(crashAmong([withContainers(exited)])).toMatchObject({ cause: 'exited' });
  expect(crashAmong([withContainers(waiting('ErrImagePull'))])).toBeUndefined();
  expect(crashAmong([pod('p', { phase: 'Failed', containerStatuses: [exited] })])).toBeUndefined();
});
