import { describe, expect, it } from '@jest/globals';
import { Lease } from '../../src/domain/kubernetes/kinds.ts';
import { type LeaseView, leaseName } from '../../src/domain/rollout/lease.ts';
import { rollBack } from '../../src/flows/rollback/execute.ts';
import { executeStage } from '../../src/flows/stage/execute.ts';
import { unfinishedCanary, unfinishedRolling, unfinishedSwitch, unreadableSwitch } from '../../src/flows/unfinished.ts';
import { backPlan, failure, updated } from './rollback/shop.ts';
import { deployPlan, imageNow, next, old, stagePlan } from './stage/shop.ts';
import type { Stage } from './stand-ins.ts';

const rollout = { phase: 'stages', weight: 5, container: 'api', image: 'a:2', previousImage: 'a:1', run: 'run-1', since: 'then' };
const rolling = { phase: 'writing', key: 'k', run: 'run-1', since: 'then' };
const blueGreen = {
  phase: 'switching',
  operation: 'deploy',
  from: 'blue',
  to: 'green',
  container: 'api',
  image: 'a:2',
  before: { image: 'a:1', replicas: 0 },
  serving: 2,
  run: 'run-1',
  since: 'then',
};

describe.each([
  ['a canary', unfinishedCanary, { rollout }, 'A canary of agent ended in the phase `stages` and was not taken back (run-1).'],
  ['a rolling update', unfinishedRolling, { rolling }, 'A rolling update of agent was left half done by the run run-1.'],
  ['a switch', unfinishedSwitch, { blueGreen }, 'A switch of agent between its colours is in the phase `switching` (run-1).'],
])('%s that was left half done', (_, find, records, what) => {
  const found = (holder: string, more: object = records) =>
    find({ service: 'agent', lease: { holder, ...more } as unknown as LeaseView, us: 'run-2' });
  const resting = Object.fromEntries(Object.entries(records).map(([name, record]) => [name, { ...record, phase: 'resting' }]));

  it.each(['', 'run-2'])('is told of when the Lease is held by `%s`', (holder) =>
    expect(found(holder)).toEqual([{ what, remedy: expect.stringMatching(/^Run /) }]),
  );
  it('is somebody elses while they hold the Lease', () => expect(found('run-1')).toEqual([]));
  it('is nothing once it rests, and where there is no Lease', () => {
    expect(found('', resting)).toEqual([]);
    expect(find({ service: 'agent', lease: undefined, us: 'run-2' })).toEqual([]);
  });
});

describe('the record of a switch that cannot be read', () => {
  const found = (holder: string, more: object) =>
    unreadableSwitch({ service: 'agent', lease: { holder, ...more } as unknown as LeaseView, us: 'run-2' });

  it.each(['', 'run-2'])('is told of when the Lease is held by `%s`', (holder) =>
    expect(found(holder, { unreadableSwitch: true })).toEqual([
      expect.objectContaining({ what: expect.stringContaining('cannot be read') }),
    ]),
  );
  it('waits for whoever holds the Lease, and is nothing where there is none', () => {
    expect(found('run-1', { unreadableSwitch: true })).toEqual([]);
    expect(found('', { blueGreen })).toEqual([]);
  });
});

/** Somebody has edited the record of a switch in the Lease of the service. */
async function edited(): Promise<Stage> {
  const on = await updated();
  const lease = on.cluster.find(Lease, leaseName('agent'));
  if (lease === undefined) throw new Error('There is no Lease.');
  const annotations = { ...lease.metadata.annotations, 'wf-deploy.io/blue-green': '{' };
  on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations } });
  return on;
}
const says = expect.stringContaining('wf-deploy.io/blue-green of the service');

it('a record of a switch that cannot be read stops a rolling update', async () => {
  const on = await edited();
  const refused = await failure(on, executeStage(deployPlan({ images: `api: agent@sha256:${'5'.repeat(64)}` }), on.world));
  expect([refused.code, refused.what, imageNow(on)]).toEqual(['PREFLIGHT_FAILED', says, next]);
});

it('a record of a switch that cannot be read is a warning of a rollback by hand, and of `undo`', async () => {
  const on = await edited();
  const result = await on.clock.until(rollBack(backPlan(), on.world));
  expect([result.outcome, result.warnings, imageNow(on)]).toEqual(['rolled-back', expect.arrayContaining([says]), old]);
  const other = await edited();
  const undone = await other.clock.until(executeStage(stagePlan({ operation: 'undo' }), other.world));
  expect([undone.outcome, undone.warnings, imageNow(other)]).toEqual(['done', expect.arrayContaining([says]), old]);
});

it('a record of a switch that cannot be read stops what else would start pods anew', async () => {
  const on = await edited();
  expect((await failure(on, executeStage(stagePlan({ operation: 'restart' }), on.world))).what).toEqual(says);
});
