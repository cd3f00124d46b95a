import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Deployment, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../../src/domain/kubernetes/pod-template.ts';
import { leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import type { UpdateResult } from '../../../src/flows/stage/result.ts';
import { failureOf } from '../../adapters/thrown.ts';
import { commit, forgeDown, memoryForge } from '../lineage/forge.ts';
import type { Settings, Stage } from '../stand-ins.ts';
import { deployPlan, imageNow, next, old, shop, sick } from './shop.ts';

type Inputs = Readonly<Record<string, string>>;
const least = { 'github-token': 't', environment: 'staging' };
const run = (on: Stage, inputs: Inputs = {}): Promise<UpdateResult> =>
  executeStage(deployPlan({ images: `api: ${next}`, ...least, ...inputs }), on.world) as Promise<UpdateResult>;
const deployedOf = ({ cluster }: Stage) => {
  const lease = cluster.find(Lease, leaseName('agent'));
  return lease === undefined ? undefined : readLease(lease).deployed;
};
const image = (number: number): string => `registry.example.com/agent@sha256:${number.toString(16).padStart(64, '0')}`;

/** Another run on the same cluster. */
const again = (first: Stage, settings: Settings): Stage => shop(settings, first);

describe('a deployment that succeeds', () => {
  it('is in the Lease with its commit, and on record with its digest', async () => {
    const forge = memoryForge();
    const on = shop({ forge, commit: commit(3) });
    const result = await on.clock.until(run(on));
    expect(deployedOf(on)).toEqual({ commit: commit(3), newest: commit(3), images: [next] });
    expect(forge.records).toMatchObject([{ environment: 'staging', state: 'success', image: next, commit: commit(3) }]);
    expect(result.lineage).toContain(`On record with GitHub: success of ${next} in staging, without its source tree.`);
  });

  it('is a success although it could not be put on record', async () => {
    const forge = memoryForge();
    forge.failing = forgeDown;
    const on = shop({ forge, commit: commit(3) });
    const result = await on.clock.until(run(on));
    expect(result).toMatchObject({ outcome: 'promoted', lineage: expect.arrayContaining([expect.stringMatching(/^Not on record/)]) });
  });

  it('lists what it changes against what runs', async () => {
    const forge = memoryForge();
    const on = shop({ forge, commit: commit(3) });
    await on.clock.until(run(on));
    const later = again(on, { forge, commit: commit(5), holder: 'run-2' });
    const { changes } = await on.clock.until(run(later, { images: `api: ${image(5)}` }));
    expect(changes).toMatchObject({ from: commit(3), to: commit(5), list: { commits: 2 } });
    expect(later.lines.join('\n')).toContain('#12 A [link](x) (hubot)');
  });
});

it('a deployment that fails is on record as a failure, and in the Lease not at all', async () => {
  const forge = memoryForge();
  const on = shop({ forge, commit: commit(3) });
  expect(await on.clock.until(run(on, { images: `api: ${sick}` }))).toMatchObject({ outcome: 'rolled-back' });
  expect([forge.records, deployedOf(on)]).toMatchObject([[{ state: 'failure', image: sick }], undefined]);
});

describe('what runs already', () => {
  it('is the deployed commit from then on, so that no commit in between comes after it', async () => {
    const forge = memoryForge();
    const on = shop({ forge, commit: commit(3) });
    await on.clock.until(run(on));
    expect(await on.clock.until(run(again(on, { forge, commit: commit(5), holder: 'b' })))).toMatchObject({
      outcome: 'promoted',
      writes: [],
    });
    expect(deployedOf(on)?.newest).toBe(commit(5));
    expect(await on.clock.until(run(again(on, { forge, commit: commit(4), holder: 'c' }), { images: `api: ${image(4)}` }))).toMatchObject({
      outcome: 'superseded',
    });
  });

  it('is put on record when the run that brought it could not', async () => {
    const forge = memoryForge();
    const on = shop({ forge, commit: commit(3) });
    forge.failing = (what) => (what.startsWith('record') ? forgeDown() : undefined);
    await on.clock.until(run(on));
    forge.failing = () => undefined;
    await on.clock.until(run(again(on, { forge, commit: commit(3), holder: 'b' })));
    expect(forge.records).toMatchObject([{ state: 'success', image: next }]);
  });

  it('is not put on record when no run of ours brought it', async () => {
    const forge = memoryForge();
    const on = shop({ forge, commit: commit(3) });
    expect(await on.clock.until(run(on, { images: `api: ${old}` }))).toMatchObject({ outcome: 'promoted', writes: [] });
    expect(forge.records).toEqual([]);
  });
});

describe('staging', () => {
  const production = { environment: 'production', 'require-staging': 'true' };
  it('without evidence nothing is written', async () => {
    const on = shop({ forge: memoryForge(), commit: commit(3) });
    expect(await failureOf(on.clock.until(run(on, production)))).toMatchObject({ code: 'STAGING_MISSING' });
    expect(on.cluster.writes().filter((each) => !each.includes('Review'))).toEqual([]);
  });

  it('with it the same digest goes on', async () => {
    const forge = memoryForge();
    const staging = shop({ forge, commit: commit(3) });
    await staging.clock.until(run(staging));
    const on = shop({ forge, commit: commit(3) });
    expect(await on.clock.until(run(on, production))).toMatchObject({
      outcome: 'promoted',
      lineage: [expect.stringContaining('This digest passed'), expect.anything()],
    });
  });

  it('that is not asked for is shown', async () => {
    const on = shop();
    expect((await on.clock.until(run(on))).lineage).toEqual(['Staging: not asked for (`require-staging: false`).']);
  });
});

it('an older commit ends before its preflight, and writes nothing', async () => {
  const forge = memoryForge();
  const on = shop({ forge, commit: commit(5) });
  await on.clock.until(run(on));
  const before = on.cluster.writes().length;
  const result = await on.clock.until(run(again(on, { forge, commit: commit(4), holder: 'b' }), { images: 'nothing-there: agent:v1' }));
  expect(result).toMatchObject({ outcome: 'superseded', reason: expect.stringContaining('1 commit older'), code: undefined });
  expect(on.cluster.writes().length).toBe(before);
});

// Both branches stage here: the one whose gate this is on the way to production, and the one that lives here.
describe('a commit for which this is a gate on its way elsewhere', () => {
  const passing = (on: Stage, number: number, inputs: Inputs = {}) =>
    on.clock.until(run(on, { images: `api: ${image(number)}`, order: 'any', ...inputs }));

  it.each([
    ['older than what was deployed, as a hotfix that was merged back before it was staged', 5, 4],
    ['on another line, as a branch that gets its changes squashed', 5, 101],
  ])('is deployed though %s, and takes the place of no newest commit', async (_, there, gate) => {
    const forge = memoryForge();
    const on = shop({ forge, commit: commit(there) });
    await on.clock.until(run(on));
    const result = await passing(again(on, { forge, commit: commit(gate), holder: 'gate' }), gate);
    expect(result).toMatchObject({ outcome: 'promoted', lineage: expect.arrayContaining([expect.stringContaining('Order: not asked')]) });
    expect([imageNow(on), deployedOf(on)]).toEqual([image(gate), { commit: commit(gate), newest: commit(there), images: [image(gate)] }]);
    expect(forge.records).toMatchObject([{}, { environment: 'staging', state: 'success', image: image(gate), commit: commit(gate) }]);
  });

  it('and those who live here go on from where they were', async () => {
    const forge = memoryForge();
    const on = shop({ forge, commit: commit(5) });
    await on.clock.until(run(on));
    await passing(again(on, { forge, commit: commit(101), holder: 'gate' }), 101);
    const older = again(on, { forge, commit: commit(4), holder: 'older' });
    expect(await on.clock.until(run(older, { images: `api: ${image(4)}` }))).toMatchObject({ outcome: 'superseded' });
    const newer = again(on, { forge, commit: commit(6), holder: 'newer' });
    expect(await on.clock.until(run(newer, { images: `api: ${image(6)}` }))).toMatchObject({ outcome: 'promoted' });
    expect(deployedOf(on)).toMatchObject({ commit: commit(6), newest: commit(6) });
  });

  it('shuts nobody out where nobody was before', async () => {
    const forge = memoryForge();
    const on = shop({ forge, commit: commit(101) });
    await passing(on, 101);
    expect(deployedOf(on)).toEqual({ commit: commit(101), newest: undefined, images: [image(101)] });
    expect(await on.clock.until(run(again(on, { forge, commit: commit(3), holder: 'b' })))).toMatchObject({ outcome: 'promoted' });
  });

  it('and runs here already is on record once, without a lock the second time', async () => {
    const forge = memoryForge();
    const on = shop({ forge, commit: commit(5) });
    await on.clock.until(run(on));
    for (const holder of ['b', 'c'])
      expect(await passing(again(on, { forge, commit: commit(4), holder }), 4, { images: `api: ${next}` })).toMatchObject({
        outcome: 'promoted',
        writes: [],
      });
    expect(deployedOf(on)).toMatchObject({ commit: commit(4), newest: commit(5) });
    const before = on.cluster.writes().filter((each) => each.includes('Lease')).length;
    await passing(again(on, { forge, commit: commit(4), holder: 'd' }), 4, { images: `api: ${next}` });
    expect(on.cluster.writes().filter((each) => each.includes('Lease')).length).toBe(before);
  });
});

it('a rollback leaves the newest commit where it is', async () => {
  const forge = memoryForge();
  const on = shop({ forge, commit: commit(5) });
  await on.clock.until(run(on));
  await on.clock.until(executeStage(deployPlan({ images: `api: ${old}` }), again(on, { holder: 'by hand', commit: 'none' }).world));
  expect(imageNow(on)).toBe(old);
  expect(await on.clock.until(run(again(on, { forge, commit: commit(4), holder: 'b' }), { images: `api: ${image(4)}` }))).toMatchObject({
    outcome: 'superseded',
  });
});

/** What the Deployment is told to run, in order. */
function watched(on: Stage): string[] {
  const seen: string[] = [];
  const { reacting } = on.cluster;
  on.cluster.reacting = (object: KubernetesObject) => {
    if (object.kind === Deployment.kind) {
      const [now = ''] = Object.values(imagesOf(templateOf(object)));
      if (seen.at(-1) !== now) seen.push(now);
    }
    reacting(object);
  };
  return seen;
}

describe('queued runs in any order', () => {
  /** By number of the commit: that of its image. Commits may share one. */
  const queues = fc
    .array(fc.boolean(), { minLength: 5, maxLength: 5 })
    .chain((shares) =>
      fc.tuple(
        fc.shuffledSubarray([2, 3, 4, 5, 6], { minLength: 5, maxLength: 5 }),
        fc.constant([0, 1, ...shares.map((_, index) => (index > 0 && shares[index] === true ? index + 1 : index + 2))]),
        fc.boolean(),
      ),
    );

  it('never deploy an older commit after a newer one, and end with the newest', async () => {
    await fc.assert(
      fc.asyncProperty(queues, async ([order, imageOf, atOnce]) => {
        const forge = memoryForge();
        const on = shop({ forge, commit: commit(1) });
        await on.clock.until(run(on, { images: `api: ${image(1)}` }));
        const seen = watched(on);
        const start = (number: number) =>
          run(again(on, { forge, commit: commit(number), holder: `run-${number}` }), {
            images: `api: ${image(imageOf[number] ?? 0)}`,
            'lock-timeout': '1h',
          });
        const results: UpdateResult[] = [];
        if (atOnce) results.push(...(await on.clock.until(Promise.all(order.map(start)))));
        else for (const number of order) results.push(await on.clock.until(start(number)));
        const numbers = seen.map((text) => Number.parseInt(text.slice(-64), 16));
        expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
        expect(new Set(results.map(({ outcome }) => outcome))).not.toContain('rolled-back');
        expect([imageNow(on), deployedOf(on)?.newest]).toEqual([image(imageOf[6] ?? 0), commit(6)]);
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
