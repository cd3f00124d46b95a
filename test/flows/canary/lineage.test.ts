import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Deployment, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import { imagesOf, templateOf } from '../../../src/domain/kubernetes/pod-template.ts';
import { readLease } from '../../../src/domain/rollout/lease.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { reportCanary } from '../../../src/flows/canary/report.ts';
import { failureOf } from '../../adapters/thrown.ts';
import { commit, memoryForge } from '../lineage/forge.ts';
import { violations } from './schema.ts';
import { digest, newImage, oldImage, planOf, type Shop, shop } from './shop.ts';

type Inputs = Readonly<Record<string, string>>;
const plan = (inputs: Inputs = {}) => planOf({ 'github-token': 't', environment: 'production', ...inputs });
const run = (on: Shop, inputs: Inputs = {}, commitName = on.world.run.commit) =>
  on.clock.until(executeCanary(plan(inputs), { ...on.world, run: { ...on.world.run, commit: commitName } }));
const deployedOf = ({ cluster }: Shop) => {
  const object = cluster.find(Lease, 'wf-deploy-agent');
  return object === undefined ? undefined : readLease(object).deployed;
};

it('a canary that is promoted leaves its commit in the Lease, and is on record', async () => {
  const forge = memoryForge();
  const on = shop({}, { forge, commit: commit(3) });
  const result = await run(on);
  expect(deployedOf(on)).toEqual({ commit: commit(3), newest: commit(3), images: [newImage] });
  expect(forge.records).toMatchObject([{ environment: 'production', state: 'success', image: newImage, commit: commit(3) }]);
  expect(violations(reportCanary(plan(), result).file)).toEqual([]);
  expect(reportCanary(plan(), result).summary).toContain('No commit is on record for what runs here');
});

it.each([
  ['that is taken back for harm', { [newImage]: { errors: 0.5 } }, 'rolled-back', ['failure']],
  ['that is left to `promote`', {}, 'analysed', []],
] as const)('a canary %s leaves none', async (_, behaviours, outcome, states) => {
  const forge = memoryForge();
  const on = shop(behaviours, { forge, commit: commit(3) });
  expect(await run(on, { promote: 'false' })).toMatchObject({ outcome });
  expect([deployedOf(on), forge.records.map(({ state }) => state)]).toEqual([undefined, states]);
});

it('an older one is superseded, and the report says what to do', async () => {
  const forge = memoryForge();
  const on = shop({}, { forge, commit: commit(5) });
  await run(on);
  const before = on.cluster.writes().length;
  const result = await run(on, { image: digest('3') }, commit(4));
  const { outputs, succeeded, annotation, summary, file } = reportCanary(plan(), result);
  expect([outputs['outcome'], succeeded, annotation]).toEqual(['superseded', true, undefined]);
  expect(summary).toContain('actions/rollback');
  expect(violations(file)).toEqual([]);
  expect(on.cluster.writes().length).toBe(before);
});

it('one that became older while it waited for the lock is superseded there, and gives it away', async () => {
  const forge = memoryForge();
  const on = shop({}, { forge, commit: commit(5) });
  const older = shop({}, { forge, commit: commit(4), holder: 'run-2' });
  const world = { ...on.world, run: { ...older.world.run } };
  const both = Promise.all([executeCanary(plan(), on.world), executeCanary(plan({ image: digest('3'), 'lock-timeout': '2h' }), world)]);
  expect((await on.clock.until(both)).map(({ outcome }) => outcome)).toEqual(['promoted', 'superseded']);
  expect(readLease(on.cluster.find(Lease, 'wf-deploy-agent') as never).holder).toBe('');
  expect(on.image('agent')).toBe(newImage);
});

describe('a history that has diverged', () => {
  it('is refused, and with a reason it goes on and is shown', async () => {
    const forge = memoryForge();
    const on = shop({}, { forge, commit: commit(60) });
    await run(on);
    expect(await failureOf(run(on, { image: digest('3') }, commit(101)))).toMatchObject({ code: 'COMMIT_UNORDERED' });
    const result = await run(on, { image: digest('3'), reason: 'a hotfix' }, commit(101));
    expect(result).toMatchObject({ outcome: 'promoted', lineage: expect.arrayContaining([expect.stringContaining('Accepted: a hotfix')]) });
  });
});

it('production without evidence of staging is not started', async () => {
  const on = shop({}, { forge: memoryForge(), commit: commit(3) });
  expect(await failureOf(run(on, { 'require-staging': 'true' }))).toMatchObject({ code: 'STAGING_MISSING' });
  expect([on.image('agent'), on.weights]).toEqual([oldImage, []]);
});

it('stable that runs it already is the deployed commit from then on', async () => {
  const forge = memoryForge();
  const on = shop({}, { forge, commit: commit(3) });
  await run(on);
  expect(await run(on, {}, commit(5))).toMatchObject({ outcome: 'promoted', writes: [] });
  expect(deployedOf(on)).toMatchObject({ commit: commit(5), newest: commit(5) });
});

/** What each Deployment is told to run, in order. */
function watched({ cluster }: Shop): ReadonlyMap<string, readonly string[]> {
  const seen = new Map<string, string[]>();
  const { reacting } = cluster;
  cluster.reacting = (object) => {
    if (object.kind === Deployment.kind) {
      const [now = ''] = Object.values(imagesOf(templateOf(object)));
      const before = seen.get(object.metadata.name) ?? [];
      if (before.at(-1) !== now) seen.set(object.metadata.name, [...before, now]);
    }
    reacting(object);
  };
  return seen;
}

describe('queued runs in any order', () => {
  const image = (number: number): string => digest(String(number));
  /** By number of the commit: that of its image. Commits may share one. */
  const queues = fc
    .array(fc.boolean(), { minLength: 4, maxLength: 4 })
    .chain((shares) =>
      fc.tuple(
        fc.shuffledSubarray([2, 3, 4, 5], { minLength: 4, maxLength: 4 }),
        fc.constant([0, 1, ...shares.map((same, index) => (index > 0 && same ? index + 1 : index + 2))]),
        fc.boolean(),
      ),
    );

  it('never bring an older commit to users after a newer one, by canary or as a whole, and end with the newest', async () => {
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(queues, async ([order, imageOf, atOnce]) => {
        const on = shop({}, { forge: memoryForge() });
        const start = (number: number) =>
          executeCanary(plan({ image: image(imageOf[number] ?? 0), 'lock-timeout': '2h', stages: '50@1m' }), {
            ...on.world,
            run: { ...on.world.run, holder: `run-${number}`, page: undefined, commit: commit(number) },
          });
        await on.clock.until(start(1));
        const seen = watched(on);
        const results = atOnce ? await on.clock.until(Promise.all(order.map(start))) : [];
        if (!atOnce) for (const number of order) results.push(await on.clock.until(start(number)));
        for (const images of seen.values()) expect(images).toEqual(images.toSorted());
        for (const { outcome } of results) outcomes.add(outcome);
        expect([on.image('agent'), deployedOf(on)?.newest, on.weight()]).toEqual([image(imageOf[5] ?? 0), commit(5), 0]);
      }),
      { numRuns: 40 },
    );
    expect([...outcomes].toSorted()).toEqual(['promoted', 'superseded']);
  }, 120_000);
});
