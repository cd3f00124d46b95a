import { describe, expect, it } from '@jest/globals';
import { Deployment, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { executeBlueGreen } from '../../../src/flows/blue-green/execute.ts';
import { takeBack } from '../../../src/flows/blue-green/take-back.ts';
import { dyingAfter, dyingAtLateWrite } from '../dying-after.ts';
import type { Stage } from '../stand-ins.ts';
import { pair, run, standing, wish } from './pair.ts';

const handed = { holder: 'run-1', open: 'true' };
const post = (on: Stage, record: Readonly<Record<string, string>> = handed) =>
  on.clock.until(takeBack(wish(), record, pair({ holder: 'run-1' }, on).world));

async function killedAfterTheSwitch(): Promise<Stage> {
  const on = pair();
  void executeBlueGreen(wish(), { ...on.world, cluster: dyingAfter(on.cluster, 20) });
  await on.clock.pass(120);
  expect(standing(on)).toBe('agent-green; blue 2 × old, green 2 × next');
  return on;
}

describe('the post step', () => {
  it('moves users back when its run was killed while it watched', async () => {
    const on = await killedAfterTheSwitch();
    expect(await post(on)).toMatchObject({ outputs: { outcome: 'aborted', live: 'blue' } });
    expect(standing(on)).toBe('agent-blue; blue 2 × old, green 0 × older');
  });

  it('does nothing after a run that came to its end, or never began', async () => {
    const on = pair();
    await run(on);
    const writes = on.cluster.writes();
    expect(await post(on, { ...handed, ...on.handedOver.at(-1) })).toBeUndefined();
    expect(await post(on)).toBeUndefined();
    expect(on.cluster.writes()).toEqual(writes);
    const fresh = pair();
    expect(await post(fresh)).toBeUndefined();
    expect([fresh.cluster.writes(), standing(on)]).toEqual([[], expect.stringMatching(/^agent-green/)]);
  });

  it('does nothing once somebody else has the Lease', async () => {
    const on = await killedAfterTheSwitch();
    const lease = on.cluster.find(Lease, 'wf-deploy-agent') as KubernetesObject;
    on.cluster.put(Lease, { ...lease, spec: { ...(lease['spec'] as object), holderIdentity: 'run-2' } });
    const writes = on.cluster.writes();
    expect(await post(on)).toBeUndefined();
    expect(on.cluster.writes()).toEqual(writes);
    expect(standing(on)).toMatch(/^agent-green/);
  });
});

it('a write that a killed run had sent, and that the API server takes its time over, is not stored after its way back', async () => {
  const on = pair();
  const { cluster, clock } = on;
  const dying = dyingAtLateWrite(on, 20, (write) => write.do === 'patch' && write.ref.kind.kind === 'Deployment');
  void executeBlueGreen(wish(), { ...on.world, cluster: dying.cluster });
  await clock.pass(5);
  const post = pair({ holder: 'run-1' }, on);
  await clock.until(takeBack(wish({ drain: '1s' }), { holder: 'run-1', open: 'true' }, post.world));
  expect(await dying.arrived()).toBe('CLUSTER_CONFLICT');
  // By patches: no Role of a switch lets it replace a Deployment.
  expect(cluster.calls.filter(({ verb, kind }) => verb === 'replace' && kind === 'Deployment')).toEqual([]);
  expect(cluster.find(Deployment, 'agent-green')?.metadata.annotations ?? {}).toEqual({});
  expect(standing(on)).toBe('agent-blue; blue 2 × old, green 0 × older');
});
