import { describe, expect, it } from '@jest/globals';
import { Ingress, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import { executeBlueGreen } from '../../../src/flows/blue-green/execute.ts';
import { reportBlueGreen } from '../../../src/flows/blue-green/report.ts';
import type { Stage } from '../stand-ins.ts';
import { failureOf } from './failure-of.ts';
import { backWish, next, old, older, pair, run, sick, standing, wish } from './pair.ts';

const heldIn = ({ cluster }: Stage): readonly string[] =>
  (readLease(cluster.find(Lease, leaseName('agent')) as KubernetesObject).holds?.list ?? []).map(({ digest }) => digest);
const digestOf = (image: string): string | undefined => image.split('@')[1];
const press = (on: Stage, holder: string, inputs: Readonly<Record<string, string>> = {}) =>
  run(pair({ holder }, on), backWish({ reason: 'errors', ...inputs }));
const start = 'agent-blue; blue 2 × old, green 0 × older';
const further = 'agent-green; blue 0 × old, green 2 × older';

/** A deployment has moved the users and watches, and its run lives. */
async function watched(): Promise<Stage> {
  const on = pair({ holder: 'run-1' });
  void executeBlueGreen(wish(), on.world);
  await on.clock.pass(60);
  expect(standing(on)).toMatch(/^agent-green; blue 2 × old/);
  return on;
}

describe('a rollback that is pressed twice goes back once', () => {
  const isLedBack = async (on: Stage, held: readonly string[]): Promise<void> => {
    const writes = on.cluster.writes().length;
    const result = await press(on, 'press-2');
    expect(result).toMatchObject({ outcome: 'nothing-to-do', succeeded: true, live: 'blue', image: old, images: { api: old }, held: [] });
    expect([standing(on).split(';')[0], heldIn(on).map(String)]).toEqual(['agent-blue', held.map((each) => digestOf(each))]);
    expect(on.cluster.writes()).toHaveLength(writes);
  };

  it('while a deployment is watched', async () => {
    const on = await watched();
    expect(await press(on, 'press-1')).toMatchObject({
      outcome: 'rolled-back',
      live: 'blue',
      images: { api: old },
      held: [digestOf(next)],
    });
    await isLedBack(on, [next]);
    expect(standing(on)).toBe(start);
  });

  it('after an automatic way back', async () => {
    const on = pair();
    expect(await run(on, wish({ image: sick }))).toMatchObject({ outcome: 'rolled-back', images: { api: old }, held: [digestOf(sick)] });
    await isLedBack(on, [sick]);
    expect(standing(on)).toBe(start);
  });

  it('after a rollback of what had been deployed well', async () => {
    const on = pair();
    expect(await run(on)).toMatchObject({ outcome: 'promoted', images: { api: next } });
    expect(await press(on, 'press-1')).toMatchObject({ outcome: 'rolled-back', images: { api: old }, held: [digestOf(next)] });
    await isLedBack(on, [next]);
    const { remedy, reason } = await press(on, 'press-3');
    expect(reason).toMatch(/^Users are on agent-blue \(agent@sha256:1+\) again since the rollback of 20\d\d-\S+ \(press-1\): nothing was/);
    expect(remedy).toContain('held: lift its hold first');
  });

  it('by two people at once', async () => {
    const on = await watched();
    const both = ['press-1', 'press-2'].map((holder) => executeBlueGreen(backWish(), pair({ holder }, on).world));
    const endings = (await on.clock.until(Promise.all(both))).map(({ outcome }) => outcome);
    expect(endings).toContain('rolled-back');
    expect([standing(on), heldIn(on)]).toEqual([start, [digestOf(next)]]);
  });

  it('where whoever pressed first ends while the second has looked already', async () => {
    const on = pair();
    await run(on);
    const second = pair({ holder: 'press-2' }, on);
    let wrote = false;
    const write: typeof on.cluster.write = async (each, signal) => {
      const first = !wrote && each.do === 'replace' && each.ref.kind === Lease;
      wrote ||= first;
      if (first) await executeBlueGreen(backWish(), pair({ holder: 'press-1' }, on).world);
      return await on.cluster.write(each, signal);
    };
    const cluster = { ...memory(on), write };
    expect(await on.clock.until(executeBlueGreen(backWish(), { ...second.world, cluster }))).toMatchObject({ outcome: 'nothing-to-do' });
    expect(heldIn(on)).toEqual([digestOf(next)]);
    expect(readLease(on.cluster.find(Lease, leaseName('agent')) as KubernetesObject).holder).toBe('');
  });

  it('says in a dry run that nothing would be switched', async () => {
    const on = pair();
    await run(on, wish({ image: sick }));
    expect(await press(on, 'press-1', { 'dry-run': 'true' })).toMatchObject({
      outcome: 'not-started',
      succeeded: true,
      reason: expect.stringContaining('A dry run: Users are on agent-blue'),
    });
  });
});

const memory = ({ cluster }: Stage) => ({
  get: cluster.get.bind(cluster),
  list: cluster.list.bind(cluster),
  watch: cluster.watch.bind(cluster),
  version: cluster.version.bind(cluster),
});

describe('a second rollback that is meant', () => {
  it('leads one version further back where its image is named, as the first press has said', async () => {
    const on = await watched();
    await press(on, 'press-1');
    const said = await press(on, 'press-2');
    const [, named = ''] = /`image: (\S+)`/.exec(said.remedy ?? '') ?? [];
    expect(named).toBe(older);
    expect(reportBlueGreen(backWish(), said).summary).toContain('What to do');
    await on.clock.pass(3600);
    const again = await press(on, 'press-3', { image: named });
    expect(again).toMatchObject({ outcome: 'rolled-back', live: 'green', image: older, held: [digestOf(old)] });
    expect([standing(on), heldIn(on)]).toEqual([further, [digestOf(old), digestOf(next)]]);
    expect(await press(on, 'press-4', { image: named })).toMatchObject({ outcome: 'nothing-to-do', live: 'green', image: older });
    expect([standing(on), heldIn(on)]).toEqual([further, [digestOf(old), digestOf(next)]]);
  });

  it('is not needed after a later deployment that ended well, or where somebody has moved the users', async () => {
    const on = await watched();
    await press(on, 'press-1');
    await run(pair({ holder: 'run-2' }, on), wish({ image: older }));
    expect(standing(on)).toMatch(/^agent-green; blue 0 × old, green 2 × older/);
    expect(await press(on, 'press-2')).toMatchObject({ outcome: 'rolled-back', live: 'blue' });
    const onGreen = JSON.stringify(on.cluster.find(Ingress, 'agent')).replaceAll('"agent-blue"', '"agent-green"');
    on.cluster.put(Ingress, JSON.parse(onGreen) as KubernetesObject);
    expect(await press(on, 'press-3')).toMatchObject({ outcome: 'rolled-back', live: 'blue' });
  });

  it('takes back what is under way first, and ends there where users have that image then', async () => {
    const on = await watched();
    expect(await press(on, 'press-1', { image: old })).toMatchObject({ outcome: 'rolled-back', live: 'blue', image: next });
    expect([standing(on), heldIn(on)]).toEqual([start, [digestOf(next)]]);
    const other = await watched();
    expect(await press(other, 'press-1', { image: older })).toMatchObject({ outcome: 'rolled-back', live: 'green', image: older });
    expect([standing(other), heldIn(other)]).toEqual([further, [digestOf(old), digestOf(next)]]);
  });

  it('to an image that the other colour does not run is refused before anything is written', async () => {
    const on = pair();
    await run(on);
    const writes = on.cluster.writes().filter((each) => !each.includes('SelfSubject')).length;
    const { code, what } = await failureOf(press(on, 'press-1', { image: sick }));
    expect([code, what]).toEqual(['PREFLIGHT_FAILED', expect.stringContaining(`Deployment agent-blue runs ${old}, and not ${sick}`)]);
    expect(on.cluster.writes().filter((each) => !each.includes('SelfSubject'))).toHaveLength(writes);
  });
});

describe('what a rollback reads before it has the lock', () => {
  const who = ['Lease shop/wf-deploy-agent', 'Ingress shop/agent', 'Deployment shop/agent-blue', 'Deployment shop/agent-green'];
  const callsOf = ({ cluster }: Stage, from: number): readonly string[] =>
    cluster.calls.slice(from).map(({ verb, kind, namespace, name }) => `${verb} ${kind} ${namespace}/${name}`);
  const times = (calls: readonly string[], call: string): number => calls.filter((each) => each === call).length;
  const deployed = async (): Promise<Stage> => {
    const on = pair();
    await run(on);
    return on;
  };

  it.each([
    ['pressed', {}],
    ['asked for an image', { image: old }],
    ['rehearsed', { 'dry-run': 'true' }],
  ])('who has the users is asked once for it where it is %s', async (_, inputs) => {
    const on = await deployed();
    const from = on.cluster.calls.length;
    expect(await press(on, 'press-1', inputs)).toMatchObject({ succeeded: true, previousImage: next });
    const calls = callsOf(on, from);
    // With that the nearer look begins; the lock has a reading of its own.
    const first = calls.slice(0, calls.indexOf('list HorizontalPodAutoscaler shop/'));
    expect(who.map((each) => times(first, `get ${each}`))).toEqual([1, 1, 1, 1]);
    expect(times(calls, 'list ResourceQuota shop/')).toBe(1);
  });

  it('and everything once more under the lock, where somebody wrote the Lease meanwhile', async () => {
    const on = await deployed();
    const from = on.cluster.calls.length;
    on.cluster.failing = ({ verb, kind }) => {
      if (verb !== 'list' || kind !== 'ResourceQuota' || times(callsOf(on, from), 'list ResourceQuota shop/') > 1) return undefined;
      const lease = on.cluster.find(Lease, leaseName('agent')) as KubernetesObject;
      on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, labels: { seen: 'true' } } });
      return undefined;
    };
    expect(await press(on, 'press-1')).toMatchObject({ outcome: 'rolled-back', live: 'blue' });
    const calls = callsOf(on, from);
    const taken = calls.indexOf(`replace ${who[0]}`);
    const under = calls.slice(taken, calls.lastIndexOf('list ResourceQuota shop/'));
    // For the question whether users are led back already, and for the preflight.
    expect(who.slice(1).map((each) => times(under, `get ${each}`))).toEqual([2, 2, 2]);
    expect(times(calls, 'list ResourceQuota shop/')).toBe(2);
  });
});
