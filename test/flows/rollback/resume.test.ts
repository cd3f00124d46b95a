import { describe, expect, it } from '@jest/globals';
import { Deployment } from '../../../src/domain/kubernetes/kinds.ts';
import { rollBack } from '../../../src/flows/rollback/execute.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import { deployPlan, imageNow, next, old, shop } from '../stage/shop.ts';
import type { Stage } from '../stand-ins.ts';
import { back, backPlan, full, leaseOf, updated } from './shop.ts';

const third = `agent@sha256:${'5'.repeat(64)}`;
const fourth = `agent@sha256:${'6'.repeat(64)}`;
const digestOf = (image: string): string | undefined => image.split('@')[1];
const heldIn = (on: Stage) => leaseOf(on).holds?.list.map(({ digest }) => digest);
const press = (on: Stage, holder: string, inputs: Readonly<Record<string, string>> = {}) =>
  back(shop({ holder, resolve: full }, on), { reason: 'errors', ...inputs });

/** `old`, `next`, and `third` on its way: its pods do not become ready, and its run lives. */
async function inFlight(): Promise<Stage> {
  const on = await updated();
  const react = on.cluster.reacting;
  on.cluster.reacting = (object) => {
    if (!(object.kind === 'Deployment' && JSON.stringify(object).includes(third))) react(object);
  };
  const going = shop({ holder: 'deploy-2', resolve: full }, on);
  void executeStage(deployPlan({ images: `api: ${third}` }), going.world);
  await on.clock.pass(20);
  expect([imageNow(on), leaseOf(on).rolling?.phase]).toEqual([third, 'writing']);
  return on;
}

describe('`previous` that is pressed twice goes back once', () => {
  it('over a rolling update, and says how to go further', async () => {
    const on = await inFlight();
    expect(await press(on, 'press-1')).toMatchObject({ outcome: 'rolled-back', held: [digestOf(third)] });
    expect(imageNow(on)).toBe(next);
    const again = await press(on, 'press-2');
    expect(again).toMatchObject({ outcome: 'nothing-to-do', held: [] });
    expect([imageNow(on), heldIn(on)]).toEqual([next, [digestOf(third)]]);
    const [, to = ''] = /`to: (revision:\d+)` is the one before \(agent@sha256:1+\)/.exec(again.remedy ?? '') ?? [];
    await on.clock.pass(3600);
    expect(await press(on, 'press-3', { to })).toMatchObject({ outcome: 'rolled-back', held: [digestOf(next)] });
    expect(await press(on, 'press-4', { to })).toMatchObject({ outcome: 'nothing-to-do' });
    expect(imageNow(on)).toBe(old);
  });

  it('of two people at once', async () => {
    const on = await inFlight();
    const both = ['press-1', 'press-2'].map((holder) => rollBack(backPlan(), shop({ holder, resolve: full }, on).world));
    expect((await on.clock.until(Promise.all(both))).map(({ outcome }) => outcome)).toContain('rolled-back');
    expect([imageNow(on), heldIn(on)]).toEqual([next, [digestOf(third)]]);
  });

  it('names no revision that is held or was just left', async () => {
    const on = await updated();
    for (const image of [third, fourth]) {
      await on.clock.pass(60);
      await on.clock.until(executeStage(deployPlan({ images: `api: ${image}` }), on.world));
    }
    await press(on, 'press-1');
    expect(imageNow(on)).toBe(third);
    expect((await press(on, 'press-2')).remedy).toContain(`is the one before (${next})`);
  });

  it('but again after the next release, after a change by hand, and with `force`', async () => {
    const on = await updated();
    await press(on, 'press-1');
    await on.clock.pass(60);
    await on.clock.until(executeStage(deployPlan({ images: `api: ${third}` }), on.world));
    expect(await press(on, 'press-2')).toMatchObject({ outcome: 'rolled-back' });
    expect(imageNow(on)).toBe(old);
    const byHand = JSON.parse(JSON.stringify(on.cluster.find(Deployment, 'agent')).replaceAll(old, fourth));
    await on.clock.until(on.cluster.write({ do: 'replace', ref: { kind: Deployment, namespace: 'shop', name: 'agent' }, object: byHand }));
    expect(await press(on, 'press-3')).toMatchObject({ outcome: 'rolled-back', held: [digestOf(fourth)] });
    expect(imageNow(on)).toBe(old);
    expect(await press(on, 'press-4', { force: 'true' })).toMatchObject({ outcome: 'rolled-back' });
    expect(imageNow(on)).toBe(fourth);
  });
});
