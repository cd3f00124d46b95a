import { describe, expect, it } from '@jest/globals';
import { Lease } from '../../../src/domain/kubernetes/kinds.ts';
import { readLease } from '../../../src/domain/rollout/lease.ts';
import { Failure } from '../../../src/failure.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import type { CanaryResult } from '../../../src/flows/canary/result.ts';
import { takeBack } from '../../../src/flows/canary/take-back.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import type { Alert, Notifier } from '../../../src/ports/notifier.ts';
import type { World } from '../../../src/ports/worlds/cluster.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { stage } from '../stand-ins.ts';
import { digest, newImage, oldImage, planOf, type Shop, shop } from './shop.ts';

const bad = { [newImage]: { errors: 0.05 } };
const page = 'https://github.com/org/shop/actions/runs/1/attempts/1';
const leaseOf = ({ cluster }: Shop) => {
  const object = cluster.find(Lease, 'wf-deploy-agent');
  return object === undefined ? undefined : readLease(object);
};

interface Told extends Alert {
  readonly by: string;
  readonly to: string;
}

/** A run, its `post` step or the next one, with whom it tells. Killed after so many writes, it does nothing any more. */
function runner(
  on: Shop,
  holder: string,
  told: Told[],
  { names = ['slack'], killedAfter = Number.POSITIVE_INFINITY, notify }: Options = {},
): World {
  const { world } = on;
  let writes = 0;
  const dead = (): boolean => writes >= killedAfter;
  const never = new Promise<never>(() => undefined);
  const alive = <T>(work: () => Promise<T>): Promise<T> => (dead() ? never : work().then((value) => (dead() ? never : value)));
  const sends = (name: string): Notifier => ({
    name,
    send: (alert) =>
      alive(async () => {
        await notify?.(name);
        told.push({ ...alert, by: holder, to: name });
      }),
  });
  return {
    ...world,
    run: { ...world.run, holder, page: holder === 'next-run' ? `${page}0` : page },
    cluster: {
      get: (...given) => alive(() => on.cluster.get(...given)),
      list: (...given) => alive(() => on.cluster.list(...given)),
      version: () => alive(() => on.cluster.version()),
      watch: (...given) => on.cluster.watch(...given),
      write: (...given) =>
        alive(async () => {
          const object = await on.cluster.write(...given);
          if (given[0].do !== 'create' || given[0].kind.kind !== 'SelfSubjectAccessReview') writes += 1;
          return object;
        }),
    },
    clock: {
      ...world.clock,
      monotonic: () => on.clock.monotonic(),
      now: () => on.clock.now(),
      sleep: (...given) => alive(() => on.clock.sleep(...given)),
    },
    notifiers: names.map(sends),
  };
}

interface Options {
  readonly names?: readonly string[];
  readonly killedAfter?: number;
  readonly notify?: (name: string) => unknown;
}

const execute = (on: Shop, world: World, inputs: Readonly<Record<string, string>> = {}): Promise<CanaryResult> =>
  on.clock.until(executeCanary(planOf(inputs), world));
const post = (on: Shop, told: Told[], options: Options = {}, more: Readonly<Record<string, string>> = {}) =>
  on.clock.until(takeBack(planOf(), { holder: 'run-1', open: 'true', ...more }, runner(on, 'post', told, options)));
/** Until its last write, and a little longer. */
const killed = async (on: Shop, world: World): Promise<void> => {
  void executeCanary(planOf(), world).catch(() => undefined);
  await on.clock.pass(600);
};

describe('an ending', () => {
  it('is told of once, with why, the figures of both arms, and where to read on', async () => {
    const on = shop(bad);
    const told: Told[] = [];
    const result = await execute(on, runner(on, 'run-1', told, { names: ['slack', 'teams'] }));
    expect(told.map(({ to }) => to)).toEqual(['slack', 'teams']);
    const [alert] = told;
    expect(alert).toMatchObject({
      severity: 'warning',
      service: 'agent',
      namespace: 'shop',
      run: page,
      title: 'agent: rolled-back',
      message: expect.stringMatching(/error-rate 5 %[\s\S]*→ /),
      facts: {
        outcome: 'rolled-back',
        code: 'CRITERIA_FAILED',
        image: newImage,
        'previous-image': oldImage,
        stage: 'stage 1/2, 25 %',
        'weight-before': '25 %',
        weight: '0',
        'canary-requests': expect.stringMatching(/^[1-9][0-9]*$/),
        'stable-requests': expect.stringMatching(/^[1-9][0-9]*$/),
        'canary-error-rate': '5.00 %',
        'stable-error-rate': '0.00 %',
        'canary-p99': expect.stringMatching(/^\d+ ms$/),
        'stable-p99': expect.stringMatching(/^\d+ ms$/),
        run: page,
      },
    });
    expect(Number(alert?.facts['stable-requests'])).toBeGreaterThan(2 * Number(alert?.facts['canary-requests']));
    expect(result.notices).toEqual([
      { notifier: 'slack', about: 'rolled-back', told: true },
      { notifier: 'teams', about: 'rolled-back', told: true },
    ]);
  });

  it('that is good is told of only where that is wished', async () => {
    for (const [wish, severities] of [
      ['failure', []],
      ['always', ['info']],
    ] as const) {
      const on = shop();
      const told: Told[] = [];
      expect(await execute(on, runner(on, 'run-1', told), { 'notify-on': wish })).toMatchObject({ outcome: 'promoted' });
      expect(told.map(({ severity }) => severity)).toEqual(severities);
    }
  });

  it('that is unknown is critical, and told of again by whoever ends the rollout after all', async () => {
    const on = shop(bad);
    const told: Told[] = [];
    void on.clock.sleep(20).then(() => {
      on.cluster.failing = ({ kind, write }) => (kind === 'HTTPRoute' && write !== undefined ? forbidden() : undefined);
    });
    expect(await execute(on, runner(on, 'run-1', told))).toMatchObject({ outcome: 'unknown' });
    expect(leaseOf(on)?.told ?? []).toEqual([]);
    on.cluster.failing = () => undefined;
    await post(on, told);
    expect(told.map(({ severity, by, facts }) => [severity, by, facts['weight']])).toEqual([
      ['critical', 'run-1', undefined],
      ['warning', 'post', '0'],
    ]);
  });
});

describe('a notifier', () => {
  it('that hangs holds up neither weight 0 nor the end of the pods', async () => {
    const on = shop(bad);
    const told: Told[] = [];
    let replicasWhileTelling: number | undefined;
    const notify = async (name: string): Promise<void> => {
      if (name !== 'teams') return;
      await on.clock.sleep(500);
      replicasWhileTelling = on.replicas('agent-canary');
      throw new Failure('NOTIFY_FAILED', 'Teams at h did not take the notification: no answer within 3 s.', 'Check.');
    };
    const result = await execute(on, runner(on, 'run-1', told, { names: ['teams', 'slack'], notify }));
    expect([result.outcome, result.weight, replicasWhileTelling]).toEqual(['rolled-back', 0, 0]);
    expect(result.notices).toEqual([
      { notifier: 'slack', about: 'rolled-back', told: true },
      {
        notifier: 'teams',
        about: 'rolled-back',
        told: false,
        problem: 'Teams at h did not take the notification: no answer within 3 s.',
      },
    ]);
  });

  it('with a defect changes nothing, and what it says is not shown', async () => {
    const on = shop(bad);
    const notify = (): never => {
      throw new TypeError('https://hooks.example.com/secret');
    };
    const result = await execute(on, runner(on, 'run-1', [], { notify }));
    expect(result).toMatchObject({ outcome: 'rolled-back', notices: [{ told: false, problem: 'A defect in this notifier (TypeError).' }] });
    expect(on.lines.join('\n')).not.toContain('secret');
  });
});

describe('exactly one', () => {
  const before = ['resting', undefined];

  it('whenever the run is killed: the `post` step tells of what the run has not told', async () => {
    const cells: string[] = [];
    for (let killedAfter = 1; ; killedAfter += 1) {
      const on = shop(bad);
      const told: Told[] = [];
      await killed(on, runner(on, 'run-1', told, { killedAfter }));
      const { holder, rollout } = leaseOf(on) ?? {};
      if (holder === '') break;
      const owed = before.includes(rollout?.phase) && told.length === 0 ? [] : ['slack'];
      await post(on, told);
      expect([killedAfter, told.map(({ to }) => to)]).toEqual([killedAfter, owed]);
      expect(leaseOf(on)).toMatchObject({ holder: '' });
      cells.push(`${rollout?.phase}: ${told.map(({ by }) => by).join()}`);
    }
    // Both ways of telling are among the cells.
    expect(cells).toContain('stages: post');
    expect(cells).toContain('emptying: run-1');
    expect(cells.length).toBeGreaterThan(10);
  });

  it('whenever the run is killed and nobody else is there: the next run tells', async () => {
    const good = digest('3');
    for (let killedAfter = 1; ; killedAfter += 1) {
      const on = shop(bad);
      const told: Told[] = [];
      await killed(on, runner(on, 'run-1', told, { killedAfter }));
      const { holder, rollout } = leaseOf(on) ?? {};
      if (holder === '') break;
      const owed = before.includes(rollout?.phase) && told.length === 0 ? 0 : 1;
      const result = await execute(on, runner(on, 'next-run', told), { image: good, 'lock-timeout': '5m' });
      expect(result.outcome).toBe('promoted');
      expect([killedAfter, told.length]).toEqual([killedAfter, owed]);
      if (told[0]?.by === 'next-run') {
        expect(told[0]).toMatchObject({ severity: 'warning', run: page, facts: { image: newImage, weight: '0', 'next-run': `${page}0` } });
        expect(result.notices).toEqual([{ notifier: 'slack', about: 'the run before', told: true }]);
      }
    }
  });

  it('a run that lost its Lease leaves it to whoever took it', async () => {
    const on = shop();
    const told: Told[] = [];
    const going = executeCanary(planOf(), runner(on, 'run-1', told));
    await on.clock.pass(20);
    const successor = await on.clock.until(
      acquireLock(stage({ holder: 'run-2' }, on).world, {
        service: 'agent',
        namespace: 'shop',
        duration: 60,
        timeout: 0,
        successorOf: 'run-1',
      }),
    );
    expect(await on.clock.until(going)).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST', notices: [] });
    expect(told).toEqual([]);
    successor.stop();
  });

  it('a run whose Lease is gone is the last that knows, and tells', async () => {
    const on = shop();
    const told: Told[] = [];
    const going = executeCanary(planOf(), runner(on, 'run-1', told));
    await on.clock.pass(20);
    on.cluster.remove(Lease, 'wf-deploy-agent');
    expect(await on.clock.until(going)).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST' });
    expect(told.map(({ severity }) => severity)).toEqual(['critical']);
  });

  it('whom a guardian could not tell, the next run tells', async () => {
    const on = shop(bad);
    const told: Told[] = [];
    await killed(on, runner(on, 'run-1', told, { names: [], killedAfter: 12 }));
    const object = on.cluster.find(Lease, 'wf-deploy-agent');
    const record = leaseOf(on)?.rollout;
    if (object === undefined || record === undefined) throw new Error('There is a record.');
    const annotations = {
      ...object.metadata.annotations,
      'wf-deploy.io/rollout': JSON.stringify({ ...record, phase: 'emptying', weight: 0 }),
      'wf-deploy.io/told': 'slack',
    };
    on.cluster.put(Lease, {
      ...object,
      metadata: { ...object.metadata, annotations },
      spec: { ...(object['spec'] as object), holderIdentity: '' },
    });
    await execute(on, runner(on, 'next-run', told, { names: ['slack', 'github-issue'] }), { image: digest('3') });
    expect(told.map(({ to, run }) => [to, run])).toEqual([['github-issue', page]]);
  });
});

describe('a `post` step that cannot find out', () => {
  it.each([
    ['raises the alarm', {}, ['critical']],
    ['does not repeat what its run has raised', { alarmed: 'true' }, []],
  ])('%s', async (_, more, severities) => {
    const on = shop();
    const told: Told[] = [];
    on.cluster.failing = () => unreachable();
    await expect(post(on, told, {}, more)).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
    expect(told.map(({ severity }) => severity)).toEqual(severities);
  });
});
