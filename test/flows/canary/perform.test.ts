import { describe, expect, it } from '@jest/globals';
import { Deployment, Event, HTTPRoute, Pod } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { setImage } from '../../../src/domain/rollout/container-image.ts';
import type { Effect, RolloutEvent } from '../../../src/domain/rollout/effect.ts';
import { gatewayApi } from '../../../src/domain/traffic/gateway-api.ts';
import { Failure } from '../../../src/failure.ts';
import { open } from '../../../src/flows/canary/open.ts';
import { perform } from '../../../src/flows/canary/perform.ts';
import { preflight } from '../../../src/flows/canary/preflight.ts';
import type { Session } from '../../../src/flows/canary/session.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import { event, terminated, waiting } from '../../domain/kubernetes/pods.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { type Settings, stage } from '../stand-ins.ts';
import { firstEpoch } from '../virtual-clock.ts';
import { type Behaviours, newImage, oldImage, planOf, type Shop, shop } from './shop.ts';

interface Running {
  readonly on: Shop;
  readonly session: Session;
  does(effect: Effect, signal?: AbortSignal): Promise<RolloutEvent>;
}

async function running(
  behaviours: Behaviours = {},
  settings: Settings = {},
  inputs: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const on = shop(behaviours, settings);
  const plan = planOf({ 'rollout-timeout': '2m', 'no-data-timeout': '1m', ...inputs });
  const ground = await on.clock.until(preflight(on.world, plan));
  const lock = await on.clock.until(acquireLock(on.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
  const session = open(on.world, plan, ground, lock);
  const does = (effect: Effect, signal: AbortSignal = lock.lost): Promise<RolloutEvent> => on.clock.until(perform(session, effect, signal));
  await does({ do: 'claim', weight: 0 });
  return { on, session, does };
}

/** Something that goes wrong for so many seconds. */
function wrongFor({ on }: Running, seconds: number, failing: Shop['cluster']['failing']): void {
  on.cluster.failing = failing;
  void on.clock.sleep(seconds).then(() => {
    on.cluster.failing = () => undefined;
  });
}

const silentRoute: Shop['cluster']['failing'] = ({ kind }) => (kind === 'HTTPRoute' ? unreachable() : undefined);
const down: Effect = { do: 'shift', weight: 0, urgent: true };
const up: Effect = { do: 'shift', weight: 25, urgent: false };

describe('an API server that does not answer', () => {
  it.each([
    ['shift', up, 59],
    ['shift to 0', down, 119],
  ] as const)('is asked again: %s', async (_, effect, seconds) => {
    const run = await running();
    wrongFor(run, seconds, silentRoute);
    expect(await run.does(effect)).toMatchObject({ on: 'done' });
    expect(run.on.clock.monotonic() - 1000).toBe(seconds);
    expect(run.on.lines).toContain('  The API server gave no answer. Trying again.');
  });

  it.each([
    ['shift, for `no-data-timeout`', up, 60],
    ['the way back, for `rollout-timeout`', down, 120],
    ['taking stable back', { do: 'restore-stable' }, 60],
  ] as const)('is given up on after its time: %s', async (_, effect, seconds) => {
    const run = await running();
    run.on.cluster.failing = ({ kind }) => (kind === 'Lease' ? undefined : unreachable());
    expect(await run.does(effect)).toMatchObject({ on: 'failed', cause: { kind: 'error', code: 'CLUSTER_UNREACHABLE' } });
    expect(run.on.clock.monotonic() - 1000).toBe(seconds);
  });

  it('is no reason to fail while only looking', async () => {
    const run = await running();
    run.on.cluster.failing = ({ kind }) => (kind === 'Lease' ? undefined : unreachable());
    expect(await run.does({ do: 'observe', inSeconds: 30 })).toMatchObject({
      on: 'sample',
      sample: { cluster: { is: 'no-answer', reason: 'The API server gave no answer.' } },
    });
  });
});

it('the way back asks for the route that is there now, whatever the last look saw', async () => {
  const { on, session, does } = await running();
  await does(up);
  const route = (): KubernetesObject => on.cluster.find(HTTPRoute, 'agent') as KubernetesObject;
  // By an API server whose gateway accepts it.
  const split = async (canary: number): Promise<void> => {
    const [object] = gatewayApi.withWeight([route()], session.ground.app, canary);
    const ref = { kind: HTTPRoute, namespace: 'shop', name: 'agent' };
    await on.clock.until(on.world.cluster.write({ do: 'replace', ref, object: object as KubernetesObject }));
  };
  await split(0);
  await does({ do: 'observe', inSeconds: 30 });
  await split(60);
  expect(await does(down)).toMatchObject({ on: 'done' });
  expect(gatewayApi.weight([route()], session.ground.app)).toBe(0);
});

describe('what is refused', () => {
  it('is not asked for again', async () => {
    const run = await running();
    run.on.cluster.failing = ({ kind }) => (kind === 'HTTPRoute' ? forbidden() : undefined);
    for (const effect of [up, down])
      expect(await run.does(effect)).toMatchObject({ on: 'failed', cause: { kind: 'error', code: 'CLUSTER_FORBIDDEN' } });
    expect(run.on.clock.monotonic()).toBe(1000);
  });

  it('by the gateway is insisted upon on the way back only', async () => {
    const { on, does } = await running();
    const control = on.cluster.reacting;
    await does(up);
    on.cluster.reacting = (object) => {
      if (object.kind !== 'HTTPRoute') control(object);
    };
    void on.clock.sleep(95).then(() => {
      const route = on.cluster.find(HTTPRoute, 'agent');
      if (route !== undefined) control(route);
    });
    expect(await does(down)).toMatchObject({ on: 'done' });
    expect(await does(up)).toMatchObject({ on: 'failed', cause: { code: 'ROUTE_NOT_ACCEPTED' } });
  });

  it('as someone else’s lock ends everything', async () => {
    const { on, session, does } = await running();
    const successor = await on.clock.until(
      acquireLock(stage({ holder: 'run-2' }, on).world, {
        service: 'agent',
        namespace: 'shop',
        duration: 60,
        timeout: 0,
        successorOf: 'run-1',
      }),
    );
    const { signal } = new AbortController();
    await expect(does({ do: 'record', phase: 'stages', weight: 5 }, signal)).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(session.lock.lost.aborted).toBe(true);
    successor.stop();
  });

  it('by an epoch says so', async () => {
    const { on, does } = await running();
    const route = on.cluster.find(HTTPRoute, 'agent');
    if (route === undefined) throw new Error('There is a route.');
    on.cluster.put(HTTPRoute, { ...route, metadata: { ...route.metadata, annotations: { 'wf-deploy.io/epoch': `${firstEpoch + 8}` } } });
    expect(await does(down)).toMatchObject({ on: 'lock-lost', text: expect.stringContaining(`epoch ${firstEpoch + 8}`) });
    expect(await does({ do: 'observe', inSeconds: 1 })).toMatchObject({ sample: { cluster: { route: { is: 'taken' } } } });
  });

  it('by a defect is an internal error, not a crash of the run', async () => {
    const { on, does } = await running();
    on.cluster.failing = ({ kind }) => (kind === 'HTTPRoute' ? new TypeError('x is not a function') : undefined);
    expect(await does(down)).toMatchObject({ on: 'failed', cause: { code: 'INTERNAL', text: 'A defect: x is not a function' } });
  });
});

describe('a lock that may be someone else’s', () => {
  async function stale(): Promise<Running> {
    const run = await running();
    run.on.cluster.failing = ({ kind }) => (kind === 'Lease' ? unreachable() : undefined);
    await run.on.clock.pass(70);
    expect(run.session.lock.fresh()).toBe(false);
    return run;
  }

  it.each<readonly [string, Effect]>([
    ['no weight', up],
    ['no image', { do: 'set-stable' }],
  ])('moves %s forward until it is known again', async (_, effect) => {
    const run = await stale();
    const before = run.on.cluster.writes().filter((write) => !write.includes('Lease')).length;
    const doing = perform(run.session, effect, run.session.lock.lost);
    await run.on.clock.pass(30);
    expect(run.on.cluster.writes().filter((write) => !write.includes('Lease'))).toHaveLength(before);
    run.on.cluster.failing = () => undefined;
    expect(await run.on.clock.until(doing)).toMatchObject({ on: 'done' });
  });

  it('does not hold up the way back, which the epoch guards', async () => {
    const run = await stale();
    const at = run.on.clock.monotonic();
    expect(await run.does(down)).toMatchObject({ on: 'done' });
    expect(run.on.clock.monotonic()).toBe(at);
  });
});

describe('a canary that does not become ready', () => {
  it('is explained with its last log lines and events', async () => {
    const state = {
      phase: 'Running',
      containerStatuses: [waiting('CrashLoopBackOff', undefined, { restartCount: 4, lastState: terminated(1) })],
    };
    const asked: unknown[] = [];
    const { on, does } = await running(
      { [newImage]: { never: state } },
      {
        log: (pod, container, options) => {
          asked.push([pod.name, container, options.previous]);
          return Promise.resolve('panic: no configuration\n');
        },
      },
    );
    on.cluster.put(
      Event,
      event('e1', 'agent-canary-2-1', 'BackOff', 'Back-off restarting failed container', '2026-03-01T10:00:00Z', { type: 'Warning' }),
    );
    await does({ do: 'set-canary', replicas: 1 });
    const failed = await does({ do: 'await-canary', replicas: 1 });
    expect(failed).toMatchObject({ on: 'failed', cause: { kind: 'crash', code: 'ROLLOUT_FAILED' } });
    const { text = '' } = failed.on === 'failed' ? failed.cause : {};
    expect(text).toMatch(
      /exit code 1, restarted 4 times[\s\S]*Last log lines:\n {4}panic: no configuration[\s\S]*BackOff: Back-off restarting failed container/,
    );
    expect(asked).toEqual([['agent-canary-2-1', 'agent', true]]);
    expect(on.clock.monotonic() - 1000).toBeLessThanOrEqual(15);
  });

  it('is explained as far as it can be', async () => {
    const { on, does } = await running(
      { [newImage]: { never: { phase: 'Running', containerStatuses: [waiting('CrashLoopBackOff')] } } },
      { log: () => Promise.reject(new Failure('CLUSTER_FORBIDDEN', 'no', 'no')) },
    );
    on.cluster.failing = ({ kind }) => (kind === 'Event' ? forbidden() : undefined);
    await does({ do: 'set-canary', replicas: 1 });
    expect(await does({ do: 'await-canary', replicas: 1 })).toMatchObject({ on: 'failed', cause: { code: 'ROLLOUT_FAILED' } });
  });

  it('and has no reason is given up on after `rollout-timeout`', async () => {
    const { on, does } = await running({ [newImage]: { never: {} } });
    await does({ do: 'set-canary', replicas: 2 });
    expect(await does({ do: 'await-canary', replicas: 2 })).toMatchObject({
      on: 'failed',
      cause: {
        kind: 'crash',
        code: 'ROLLOUT_TIMED_OUT',
        text: expect.stringMatching(/not Available after 2m, waiting for 2 of 2 pods to become available/),
      },
    });
    expect(on.clock.monotonic() - 1000).toBe(120);
  });
});

it('a restart of a pod that has users is not forgotten when others have come beside it', async () => {
  const { on, does } = await running();
  const restarted = (restartCount: number): void => {
    const pod = on.cluster.find(Pod, 'agent-canary-2-1') as KubernetesObject & { readonly status: object };
    const containerStatuses = [{ name: 'agent', ready: true, restartCount, state: { running: {} } }];
    on.cluster.put(Pod, { ...pod, status: { ...pod.status, containerStatuses } });
  };
  await does({ do: 'set-canary', replicas: 1 });
  restarted(0);
  await does({ do: 'await-canary', replicas: 1 });
  await does(up);
  restarted(1);
  expect(await does({ do: 'await-canary', replicas: 1, looking: { inSeconds: 30, last: false } })).toMatchObject({
    on: 'sample',
    sample: { cluster: { canary: { awaited: { are: 'there' }, trouble: { cause: 'exited', fatal: true } } } },
  });
});

describe('smoke checks', () => {
  const inputs = { smoke: '- http: /health' };
  it('reach a pod of the new image', async () => {
    const { session, does } = await running({}, { probe: () => ({ is: 'answer', status: 200, body: '' }) }, inputs);
    await does({ do: 'set-canary', replicas: 1 });
    await does({ do: 'await-canary', replicas: 1 });
    expect(await does({ do: 'smoke' })).toMatchObject({ on: 'done' });
    expect(session.smoke).toEqual(['GET /health answered 200']);
  });

  it('that fail say something about the image', async () => {
    const { does } = await running({}, {}, inputs);
    await does({ do: 'set-canary', replicas: 1 });
    await does({ do: 'await-canary', replicas: 1 });
    expect(await does({ do: 'smoke' })).toMatchObject({ on: 'failed', cause: { kind: 'harm', code: 'SMOKE_FAILED' } });
  });

  it.each([
    [unreachable(), 'CLUSTER_UNREACHABLE', 60],
    [forbidden(), 'CLUSTER_FORBIDDEN', 0],
  ])('that never came to the pod say nothing about the image: %s', async (failure, code, seconds) => {
    const { on, session, does } = await running({}, {}, inputs);
    await does({ do: 'set-canary', replicas: 1 });
    await does({ do: 'await-canary', replicas: 1 });
    const { forward } = on.world.pods;
    Object.assign(session.world.pods, {
      forward: async (...call: Parameters<typeof forward>) => ({ ...(await forward(...call)), unopened: () => failure }),
    });
    const at = on.clock.monotonic();
    expect(await does({ do: 'smoke' })).toMatchObject({ on: 'failed', cause: { kind: 'error', code } });
    expect(on.clock.monotonic() - at).toBeGreaterThanOrEqual(seconds);
  });

  it('without a pod are no pass', async () => {
    const { does } = await running({}, {}, inputs);
    expect(await does({ do: 'smoke' })).toMatchObject({ on: 'failed', cause: { code: 'SMOKE_FAILED' } });
  });
});

describe('stable', () => {
  it('gets the image, and the old one again', async () => {
    const { on, does } = await running();
    await does({ do: 'set-stable' });
    expect(on.image('agent')).toBe(newImage);
    expect(await does({ do: 'observe', inSeconds: 30, until: 'stable-available' })).toMatchObject({
      sample: { cluster: { stable: { runs: 'new', status: { is: 'available' } } } },
    });
    await does({ do: 'restore-stable' });
    expect(on.image('agent')).toBe(oldImage);
    expect(await does({ do: 'observe', inSeconds: 30, until: 'stable-available' })).toMatchObject({
      sample: { cluster: { stable: { runs: 'old' } } },
    });
    expect(on.clock.monotonic()).toBe(1000);
  });

  it('that was never changed gets the epoch once, so that the write which would change it is refused when it comes after all', async () => {
    const { on, does, session } = await running();
    const { cluster } = on;
    const late = setImage(cluster.find(Deployment, 'agent') as KubernetesObject, session.ground.container, newImage);
    const spec = cluster.find(Deployment, 'agent')?.['spec'];
    await does({ do: 'restore-stable' });
    expect(cluster.find(Deployment, 'agent')).toMatchObject({ metadata: { annotations: { 'wf-deploy.io/epoch': `${firstEpoch}` } }, spec });
    const before = cluster.writes().length;
    await does({ do: 'restore-stable' });
    expect(cluster.writes()).toHaveLength(before);
    const ref = { kind: Deployment, namespace: 'shop', name: 'agent' };
    await expect(cluster.write({ do: 'patch', ref, operations: late })).rejects.toMatchObject({ code: 'CLUSTER_CONFLICT' });
  });
});

describe('the first canary of a service', () => {
  const ref = { kind: Deployment, namespace: 'shop', name: 'agent-canary' };

  it('is created without pods, and gets them as it was seen', async () => {
    const { on, does } = await running();
    await does({ do: 'set-canary', replicas: 2 });
    const writes = on.cluster.calls.flatMap(({ write, name }) => (name === 'agent-canary' && write !== undefined ? [write] : []));
    expect(writes).toMatchObject([
      { do: 'create', object: { spec: { replicas: 0 } } },
      { do: 'patch', operations: [{ op: 'test', path: '/metadata/resourceVersion' }, { op: 'add' }, { value: 2 }] },
    ]);
    expect(on.replicas('agent-canary')).toBe(2);
  });

  it('that someone else makes at the same time is taken as it is, and not written over unseen', async () => {
    const { on, does } = await running();
    const { cluster } = on;
    let raced = false;
    cluster.failing = ({ verb, write }) => {
      if (verb !== 'create' || raced || write?.do !== 'create' || write.kind.kind !== 'Deployment') return undefined;
      raced = true;
      cluster.put(Deployment, write.object);
      return undefined;
    };
    expect(await does({ do: 'set-canary', replicas: 2 })).toMatchObject({ on: 'done' });
    const verbs = cluster.calls.filter(({ name, write }) => name === 'agent-canary' && write !== undefined).map(({ verb }) => verb);
    expect(verbs).toEqual(['create', 'apply']);
    expect(cluster.find(Deployment, 'agent-canary')?.metadata.resourceVersion).toBeDefined();
  });

  it('cannot be brought back by what arrives after it was put to rest', async () => {
    const { on, does } = await running();
    await does({ do: 'set-canary', replicas: 2 });
    const late = on.cluster.calls.flatMap(({ write, name }) =>
      name === 'agent-canary' && write !== undefined && write.dryRun !== true ? [write] : [],
    );
    await does({ do: 'scale-canary', replicas: 0 });
    for (const write of late) await expect(on.cluster.write(write)).rejects.toMatchObject({ code: 'CLUSTER_CONFLICT' });
    expect(on.replicas('agent-canary')).toBe(0);
  });

  it.each(['was stored', 'arrives late'])('gets none where the answer to its size was not heard, and that %s', async (how) => {
    const { on, does } = await running();
    const { cluster } = on;
    const late: (() => Promise<unknown>)[] = [];
    cluster.failing = ({ verb, name, write }) => {
      if (verb !== 'patch' || name !== 'agent-canary' || write === undefined) return undefined;
      cluster.failing = () => undefined;
      const store = () => cluster.write(write);
      if (how === 'was stored') void store();
      else late.push(store);
      return forbidden();
    };
    expect(await does({ do: 'set-canary', replicas: 2 })).toMatchObject({ on: 'failed' });
    await does({ do: 'scale-canary', replicas: 0 });
    for (const arrive of late) await expect(arrive()).rejects.toMatchObject({ code: 'CLUSTER_CONFLICT' });
    expect(on.replicas('agent-canary')).toBe(0);
  });

  it('that was deleted meanwhile is not made anew by an apply that arrives late', async () => {
    const { on, does } = await running();
    await does({ do: 'set-canary', replicas: 2 });
    // The second time it is there, and is applied.
    await does({ do: 'set-canary', replicas: 2 });
    const late = on.cluster.calls.flatMap(({ write }) => (write?.do === 'apply' && write.ref.name === 'agent-canary' ? [write] : []));
    expect(late).toHaveLength(1);
    on.cluster.remove(Deployment, 'agent-canary');
    for (const write of late) await expect(on.cluster.write(write)).rejects.toMatchObject({ code: 'CLUSTER_CONFLICT' });
    expect(on.cluster.find(Deployment, 'agent-canary')).toBeUndefined();
  });

  it('that is at rest is a new version to a successor all the same: pods that a dead run sends for are refused', async () => {
    const first = await running();
    await first.does({ do: 'set-canary', replicas: 0 });
    const { cluster, clock } = first.on;
    const seen = cluster.find(Deployment, 'agent-canary');
    const successor = stage({ holder: 'run-2' }, first.on);
    const lock = await clock.until(
      acquireLock(successor.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0, successorOf: 'run-1' }),
    );
    const { world, session } = { world: successor.world, session: first.session };
    const next = open(world, session.plan, session.ground, lock);
    await clock.until(perform(next, { do: 'scale-canary', replicas: 0 }, lock.lost));
    const operations = [
      { op: 'test', path: '/metadata/resourceVersion', value: seen?.metadata.resourceVersion },
      { op: 'add', path: '/spec/replicas', value: 2 },
    ] as const;
    await expect(cluster.write({ do: 'patch', ref, operations })).rejects.toMatchObject({ code: 'CLUSTER_CONFLICT' });
    lock.stop();
  });

  it('is owned by apply before it is applied for the first time, so that what stable gave up goes from it too', async () => {
    const { on, does } = await running();
    await does({ do: 'set-canary', replicas: 1 });
    const made = on.cluster.find(Deployment, 'agent-canary') as KubernetesObject;
    const entry = { manager: 'wf-deploy', operation: 'Update', fieldsV1: {} };
    on.cluster.put(Deployment, { ...made, metadata: { ...made.metadata, managedFields: [entry] } });
    await does({ do: 'set-canary', replicas: 2 });
    expect(on.cluster.find(Deployment, 'agent-canary')?.metadata.managedFields).toEqual([{ ...entry, operation: 'Apply' }]);
    expect(on.replicas('agent-canary')).toBe(2);
  });
});

describe('a cancel', () => {
  it('interrupts what waits', async () => {
    const { on, session } = await running();
    const cancel = new AbortController();
    const observing = perform(session, { do: 'observe', inSeconds: 600 }, cancel.signal);
    await on.clock.pass(3);
    cancel.abort(new Error('cancelled'));
    await expect(on.clock.until(observing)).rejects.toThrow('cancelled');
    expect(on.clock.monotonic()).toBe(1003);
  });

  it('interrupts what is tried again', async () => {
    const { on, session } = await running();
    on.cluster.failing = silentRoute;
    const cancel = new AbortController();
    const shifting = perform(session, up, cancel.signal);
    await on.clock.pass(3);
    const { length } = on.cluster.calls;
    cancel.abort(new Error('cancelled'));
    await expect(on.clock.until(shifting)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
    // What was interrupted is not tried once more.
    expect(on.cluster.calls).toHaveLength(length);
  });
});

describe('a run whose successor has the canary already', () => {
  const replicas = ({ on }: Running): number | undefined => on.replicas('agent-canary');

  it('does not take its pods away: it slept, and finds the Lease taken', async () => {
    const run = await running();
    await run.does({ do: 'set-canary', replicas: 2 });
    const successor = stage({ holder: 'run-2' }, run.on);
    const lock = await run.on.clock.until(
      acquireLock(successor.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0, successorOf: 'run-1' }),
    );
    await expect(run.does({ do: 'scale-canary', replicas: 0 })).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(replicas(run)).toBe(2);
    lock.stop();
  });

  it.each([
    ['scale-canary', { do: 'scale-canary', replicas: 0 }, 'patch'],
    ['set-canary', { do: 'set-canary', replicas: 1 }, 'apply'],
  ] as const)('writes it only as it was seen: %s', async (_, effect, verb) => {
    const run = await running();
    await run.does({ do: 'set-canary', replicas: 2 });
    const { cluster } = run.on;
    const made = cluster.calls.filter(({ verb: done, name }) => done === verb && name === 'agent-canary').length;
    const before = cluster.find(Deployment, 'agent-canary');
    let disturbed = 0;
    // Between its read and its write, someone else writes.
    cluster.failing = (call) => {
      if (call.kind !== 'Deployment' || call.verb !== verb || disturbed > 0) return undefined;
      disturbed += 1;
      const { metadata, ...rest } = cluster.find(Deployment, 'agent-canary')!;
      cluster.put(Deployment, { ...rest, metadata: { ...metadata, annotations: { disturbed: 'yes' } } } as KubernetesObject);
      return undefined;
    };
    expect(await run.does(effect)).toMatchObject({ on: 'done' });
    expect(before).toBeDefined();
    expect(disturbed).toBe(1);
    const tries = cluster.calls.filter(({ kind, verb: done, name }) => kind === 'Deployment' && done === verb && name === 'agent-canary');
    // One was refused, and the next one came through.
    expect(tries).toHaveLength(made + 2);
    expect(replicas(run)).toBe(effect.replicas);
  });
});
