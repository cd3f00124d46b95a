import { describe, expect, it } from '@jest/globals';
import { Pod } from '../../../src/domain/kubernetes/kinds.ts';
import type { Cause } from '../../../src/domain/rollout/cause.ts';
import type { Effect } from '../../../src/domain/rollout/effect.ts';
import type { Move, Rollout } from '../../../src/domain/rollout/state.ts';
import { startWatch } from '../../../src/domain/rollout/watch.ts';
import { type Driven, drive } from '../../../src/flows/canary/drive.ts';
import { rolloutPlanOf } from '../../../src/flows/canary/ground.ts';
import { open } from '../../../src/flows/canary/open.ts';
import { preflight } from '../../../src/flows/canary/preflight.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { newImage, oldImage, planOf, type Shop, shop } from './shop.ts';

const harm: Cause = { kind: 'harm', code: 'CRITERIA_FAILED', text: 'It was bad.', remedy: 'Mend it.' };
const emptying = (ending: Extract<Rollout, { phase: 'emptying' }>['ending']): Move => ({
  state: { phase: 'emptying', ending, again: false, disturbed: false },
  effects: [{ do: 'shift', weight: 0, urgent: true }],
});

/** A rollout from the middle, whose canary has 25 %. What happens meanwhile is told by the second of its time. */
async function driven(
  first: Move,
  meanwhile: Readonly<Record<number, (on: Shop) => void>>,
  prepare: (on: Shop) => void = () => undefined,
): Promise<readonly [Shop, Driven]> {
  const on = shop();
  prepare(on);
  const plan = planOf();
  const ground = await on.clock.until(preflight(on.world, plan));
  const lock = await on.clock.until(acquireLock(on.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
  const session = open(on.world, plan, ground, lock);
  const setUp: readonly Effect[] = [
    { do: 'claim', weight: 0 },
    { do: 'set-canary', replicas: 1 },
    { do: 'await-canary', replicas: 1 },
    { do: 'shift', weight: 25, urgent: false },
  ];
  for (const [second, happens] of Object.entries(meanwhile)) void on.clock.sleep(Number(second)).then(() => happens(on));
  const result = await on.clock.until(
    drive(session, rolloutPlanOf(plan, ground), { state: first.state, effects: [...setUp, ...first.effects] }),
  );
  lock.stop();
  return [on, result];
}

const silent = (on: Shop): void => {
  on.cluster.failing = ({ kind, verb }) => (kind === 'HTTPRoute' && verb === 'replace' ? unreachable() : undefined);
};
const answering = (on: Shop): void => {
  on.cluster.failing = () => undefined;
};
const cancel = (by: string) => (on: Shop) => on.cancel(by);
const holding: Move = { state: { phase: 'holding', stage: 0, watch: startWatch(1000) }, effects: [{ do: 'observe', inSeconds: 10 }] };

describe('a cancel', () => {
  it('interrupts a wait at once, and is told by its first signal', async () => {
    const [on, { ending }] = await driven(holding, { 3: cancel('SIGINT'), 4: cancel('SIGTERM') });
    expect(ending).toMatchObject({ outcome: 'aborted', cause: { text: 'The run was cancelled (SIGINT).' } });
    expect(on.lines.filter((line) => line.startsWith('Cancelled'))).toEqual(['Cancelled (SIGINT): going back.']);
    expect(on.weights).toEqual([0, 25, 0]);
  });

  it('does not interrupt the way to weight 0, however often it comes', async () => {
    const watched: Move = { ...holding, effects: [{ do: 'observe', inSeconds: 10 }] };
    const [on, { ending }] = await driven(watched, {
      2: silent,
      3: cancel('SIGINT'),
      4: cancel('SIGTERM'),
      6: cancel('SIGTERM'),
      30: answering,
    });
    expect(ending).toMatchObject({ outcome: 'aborted' });
    expect([on.weight(), on.replicas('agent-canary')]).toEqual([0, 0]);
  });

  it('does not change how a rollout ends that is going back already', async () => {
    const [on, { ending }] = await driven(emptying({ outcome: 'rolled-back', cause: harm }), { 4: cancel('SIGINT') });
    expect(ending).toEqual({ outcome: 'rolled-back', cause: harm });
    expect([on.weight(), on.replicas('agent-canary')]).toEqual([0, 0]);
  });

  it('lets a write of weight 0 that waits for the gateway come to its end, and only shortens what comes after it', async () => {
    const slowToAccept = (on: Shop): void => {
      const control = on.cluster.reacting;
      on.cluster.reacting = (object) => {
        if (object.kind === 'HTTPRoute' && on.weights.length === 2) void on.clock.sleep(8).then(() => control(object));
        else control(object);
      };
    };
    const [on, { ending }] = await driven(emptying({ outcome: 'rolled-back', cause: harm }), { 4: cancel('SIGINT') }, slowToAccept);
    expect([ending.outcome, on.weights, on.replicas('agent-canary'), on.clock.monotonic()]).toEqual(['rolled-back', [0, 25, 0], 0, 1008]);
  });

  it('does not interrupt the old image’s way back into stable', async () => {
    const restoring: Move = {
      state: { phase: 'promoting', watch: startWatch(1000), troubled: false },
      effects: [{ do: 'set-stable' }, { do: 'observe', inSeconds: 9 }],
    };
    const [on, { ending }] = await driven(restoring, { 2: cancel('SIGINT'), 3: cancel('SIGTERM') });
    expect([ending.outcome, on.image('agent'), on.weight()]).toEqual(['aborted', oldImage, 0]);
  });
});

describe('drive', () => {
  it('tells each place once, and why it turns round', async () => {
    const [on] = await driven(holding, { 3: (each) => each.cluster.remove(Pod, 'agent-canary-2-1') });
    expect(on.lines.filter((line) => line === 'canary to 0 %')).toHaveLength(1);
    expect(on.lines.filter((line) => line.includes('The canary has no pod any more.'))).toHaveLength(1);
  });

  it('gives requests in flight their time where weight 0 could not be noted in the Lease', async () => {
    const refusing = (on: Shop): void => {
      on.cluster.failing = ({ verb, kind, write }) =>
        verb === 'patch' && kind === 'Lease' && JSON.stringify(write).includes('emptying') ? forbidden() : undefined;
    };
    const [on, { ending }] = await driven(emptying({ outcome: 'rolled-back', cause: harm }), {}, refusing);
    expect([ending.outcome, on.weights, on.replicas('agent-canary'), on.clock.monotonic()]).toEqual(['rolled-back', [0, 25, 0], 0, 1010]);
    expect(on.lines).toContain('  The account may not do that.');
  });

  it('keeps what was seen in each stage', async () => {
    const [, { stages, ending }] = await driven(holding, {});
    expect(ending).toEqual({ outcome: 'promoted' });
    expect(stages.map(({ name, weight }) => [name, weight])).toEqual([
      ['1/2', 25],
      ['2/2', 100],
      ['promoting', 100],
      ['returning', 50],
    ]);
    expect(stages[0]?.checks).toBeGreaterThan(1);
  });

  it('an alert tells of the ending that comes, when users are safe and before the pods are gone', async () => {
    const [on] = await driven(emptying({ outcome: 'rolled-back', cause: harm }), {});
    expect(on.alerts).toMatchObject([
      { title: 'agent: rolled-back', message: 'It was bad.\n→ Mend it.', facts: { image: newImage, weight: '0' } },
    ]);
  });
});
