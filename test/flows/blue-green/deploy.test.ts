import { expect, it } from '@jest/globals';
import { deployedKey } from '../../../src/domain/evidence/deployed.ts';
import { Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { leaseName, readLease } from '../../../src/domain/rollout/lease.ts';
import { executeBlueGreen } from '../../../src/flows/blue-green/execute.ts';
import { reportBlueGreen } from '../../../src/flows/blue-green/report.ts';
import { dyingAfter } from '../dying-after.ts';
import { commit, memoryForge } from '../lineage/forge.ts';
import type { Stage } from '../stand-ins.ts';
import { next, pair, run, standing, wish } from './pair.ts';

const other = `agent@sha256:${'4'.repeat(64)}`;
const given = (inputs: Readonly<Record<string, string>> = {}) => wish({ 'github-token': 't', environment: 'production', ...inputs });
const leaseOf = ({ cluster }: Stage) => readLease(cluster.find(Lease, leaseName('agent')) as KubernetesObject);
const after = 'agent-green; blue 0 × old, green 2 × next';

it('an older commit ends before its preflight, writes nothing, and is no failure', async () => {
  const forge = memoryForge();
  const on = pair({ forge, commit: commit(5) });
  await run(on, given());
  const before = on.cluster.writes().length;
  const result = await run(pair({ forge, commit: commit(4), holder: 'run-2' }, on), given({ image: other }));
  expect(result).toMatchObject({ outcome: 'superseded', reason: expect.stringContaining('1 commit older') });
  const { outputs, succeeded, annotation } = reportBlueGreen(given(), result);
  expect([outputs['outcome'], succeeded, annotation]).toEqual(['superseded', true, undefined]);
  expect([on.cluster.writes().length, standing(on)]).toEqual([before, after]);
});

it('one that became older while it waited for the lock is superseded there, and gives the lock away', async () => {
  const forge = memoryForge();
  const on = pair({ forge, commit: commit(5) });
  const older = pair({ forge, commit: commit(4), holder: 'run-2' }, on);
  const both = [executeBlueGreen(given(), on.world), executeBlueGreen(given({ image: other, 'lock-timeout': '2h' }), older.world)];
  expect((await on.clock.until(Promise.all(both))).map(({ outcome }) => outcome)).toEqual(['promoted', 'superseded']);
  expect([leaseOf(on).holder, leaseOf(on).deployed?.newest, standing(on)]).toEqual(['', commit(5), after]);
});

it('after a newer one it goes on with the newer one only', async () => {
  const forge = memoryForge();
  const on = pair({ forge, commit: commit(4) });
  await run(on, given({ image: other }));
  expect(await run(pair({ forge, commit: commit(5), holder: 'run-2' }, on), given())).toMatchObject({ outcome: 'promoted', image: next });
});

it('one that became older while it waited for a dead run takes back what that one has left, says why it ends there, and gives the lock away', async () => {
  const forge = memoryForge();
  const on = pair({ forge, commit: commit(3) });
  void executeBlueGreen(given(), { ...on.world, cluster: dyingAfter(on.cluster, 6) });
  await on.clock.pass(100);
  expect(standing(on)).toBe('agent-green; blue 2 × old, green 2 × next');
  void on.clock.sleep(10).then(() => {
    const lease = on.cluster.find(Lease, leaseName('agent')) as KubernetesObject;
    const deployed = JSON.stringify({ commit: commit(5), newest: commit(5), images: [next] });
    const annotations = { ...lease.metadata.annotations, [deployedKey]: deployed };
    on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations } });
  });
  const result = await run(pair({ forge, commit: commit(4), holder: 'run-2' }, on), given({ image: other }));
  expect(result).toMatchObject({ outcome: 'superseded', reason: expect.stringContaining('1 commit older') });
  expect(leaseOf(on)).toMatchObject({ holder: '', blueGreen: { phase: 'resting' } });
  expect(standing(on)).toBe('agent-blue; blue 2 × old, green 0 × older');
});
