import { describe, expect, it } from '@jest/globals';
import { guardianKey } from '../../../src/domain/guardian/sign.ts';
import { HTTPRoute, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import { leaseKeys } from '../../../src/domain/rollout/lease.ts';
import { gatewayApi } from '../../../src/domain/traffic/gateway-api.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { takeBack } from '../../../src/flows/canary/take-back.ts';
import { app } from '../../domain/traffic/httproute/fixtures.ts';
import { leaseOf, left, operate, runBy, running, tellBy, toldBy, weightWritten } from '../operations/on-shop.ts';
import { back, full } from '../rollback/shop.ts';
import { stage } from '../stand-ins.ts';
import { digest, planOf, type Shop, shop } from './shop.ts';

/** The route `other` sends a quarter to the canary of a rollout whose run is gone; `agent`, which is there too, sends nobody. */
function byOther(phase: string, { holder = '', route = 'HTTPRoute shop/other' }: { holder?: string; route?: string } = {}): Shop {
  const on = shop();
  left(on, phase, holder);
  recordedBy(on, route);
  const agent = on.cluster.find(HTTPRoute, 'agent');
  if (agent === undefined) throw new Error('There is a route.');
  const other = { ...agent, metadata: { ...agent.metadata, name: 'other' } };
  on.cluster.put(HTTPRoute, gatewayApi.withWeight([other], { ...app, route: 'other' }, 25)[0] ?? other);
  return on;
}

function recordedBy(on: Shop, route: string): void {
  annotated(on, leaseKeys.rollout, { ...leaseOf(on)?.rollout, route });
}

function annotated(on: Shop, key: string, fields: object): void {
  const lease = on.cluster.find(Lease, 'wf-deploy-agent');
  if (lease === undefined) throw new Error('There is a Lease.');
  const annotations = { ...lease.metadata.annotations, [key]: JSON.stringify(fields) };
  on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations } });
}

const weightOf = (on: Shop, route: string): number =>
  gatewayApi.weight(
    [on.cluster.find(HTTPRoute, route)].filter((object) => object !== undefined),
    { ...app, route },
  );
const writesOf = (on: Shop): readonly string[] => on.cluster.writes().filter((write) => /HTTPRoute|Deployment/.test(write));

const both = {
  code: 'OPERATION_REFUSED',
  what: expect.stringMatching(/25 %.*HTTPRoute shop\/other.*HTTPRoute shop\/agent/),
  remedy: expect.stringMatching(/`router` and `route`.*`operation: abort`/),
};

describe('a route that is not the one of the rollout that was left', () => {
  it.each(['stages', 'paused', 'promoting', 'returning', 'restoring'])('is not set to 0 by an abort in the phase %s', async (phase) => {
    const on = byOther(phase);
    const before = on.cluster.writes().length;
    await expect(on.clock.until(operate(on, 'abort'))).rejects.toMatchObject(both);
    expect(on.cluster.writes()).toHaveLength(before);
    await expect(on.clock.until(operate(on, 'abort', { 'dry-run': 'true' }))).rejects.toMatchObject(both);
    expect([weightOf(on, 'other'), leaseOf(on)?.rollout?.phase]).toEqual([25, phase]);
  });

  it('is the one of the rollout where that is named: then its users are taken back', async () => {
    const on = byOther('stages');
    expect(await on.clock.until(runBy(operate(on, 'abort', { route: 'other' })))).toMatchObject({ outcome: 'aborted', weight: 0 });
    expect([weightOf(on, 'other'), leaseOf(on)?.rollout?.phase]).toEqual([0, 'resting']);
  });

  it.each(['preparing', 'emptying'])('hinders no abort in the phase %s: nobody is on the canary', async (phase) => {
    const on = byOther(phase);
    expect(await on.clock.until(runBy(operate(on, 'abort')))).toMatchObject({ outcome: 'aborted', weight: 0 });
  });

  it('is seen too where it came into the Lease while that was taken', async () => {
    const on = shop();
    left(on, 'paused', '');
    on.cluster.failing = ({ write, kind }) => {
      if (write === undefined || kind !== 'Lease') return undefined;
      on.cluster.failing = () => undefined;
      left(on, 'stages', '');
      recordedBy(on, 'HTTPRoute shop/other');
      return undefined;
    };
    await expect(on.clock.until(operate(on, 'abort'))).rejects.toMatchObject(both);
    expect([writesOf(on), leaseOf(on)?.holder, leaseOf(on)?.rollout?.phase]).toEqual([[], '', 'stages']);
  });

  it('hinders no abort of a run that lives: it knows its own', async () => {
    const on = shop();
    const run = running(on);
    const other = { route: 'other' };
    await on.clock.until(weightWritten(on, 25));
    const dry = await tellBy(on, 'abort', { ...other, 'dry-run': 'true' });
    expect(dry.writes).toEqual([expect.stringMatching(/If it does not live: .*HTTPRoute shop\/agent.*HTTPRoute shop\/other/)]);
    expect(await tellBy(on, 'abort', other)).toMatchObject({ outcome: 'aborted', succeeded: true });
    expect([(await run).outcome, on.weight()]).toEqual(['aborted', 0]);
  });

  it('begins no rollout, and is not called taken back', async () => {
    const on = byOther('stages');
    const refused = on.clock.until(executeCanary(planOf(), on.world));
    await expect(refused).rejects.toMatchObject(both);
    await expect(refused).rejects.toMatchObject({ what: expect.not.stringContaining('could not be taken back') });
    expect([writesOf(on), leaseOf(on)?.holder, weightOf(on, 'other')]).toEqual([[], '', 25]);
  });

  it('begins one where the rollout before had nobody on its canary any more', async () => {
    const on = byOther('emptying');
    expect(await on.clock.until(executeCanary(planOf(), on.world))).toMatchObject({ outcome: 'promoted' });
  });

  it('begins none after a run that has died with its Lease, and a living one is waited for', async () => {
    const on = byOther('stages', { holder: 'run-0' });
    await expect(on.clock.until(executeCanary(planOf(), on.world))).rejects.toMatchObject(both);
    expect([writesOf(on), leaseOf(on)?.holder, leaseOf(on)?.rollout?.phase]).toEqual([[], '', 'stages']);
    const living = shop();
    const run = running(living, { stages: '25@1m' });
    const { world } = stage({ holder: 'run-2', query: living.world.metrics.query, resolve: living.world.registry.resolve }, living);
    await living.clock.until(weightWritten(living, 25));
    recordedBy(living, 'HTTPRoute shop/other');
    const next = executeCanary(planOf({ image: digest('3') }), world);
    expect(await living.clock.until(run)).toMatchObject({ outcome: 'promoted' });
    expect(await living.clock.until(next)).toMatchObject({ outcome: 'promoted' });
  });

  it('is not promoted from here either, and whoever keeps the deadline of the pause goes on', async () => {
    const on = byOther('paused');
    annotated(on, guardianKey, { is: 'pausing', pod: 'p', epoch: 5, beat: '1', passed: 60 });
    const promoting = operate(on, 'promote');
    promoting.catch(() => undefined);
    await on.clock.pass(5);
    annotated(on, guardianKey, { is: 'pausing', pod: 'p', epoch: 5, beat: '2', passed: 65 });
    await expect(on.clock.until(promoting)).rejects.toMatchObject(both);
    expect([writesOf(on), leaseOf(on)?.epoch, leaseOf(on)?.rollout?.phase]).toEqual([[], 5, 'paused']);
    await expect(on.clock.until(operate(on, 'promote', { 'dry-run': 'true' }))).rejects.toMatchObject(both);
    expect(await tellBy(on, 'pause', { 'dry-run': 'true' })).toMatchObject({ writes: ['Nobody would hear it.'] });
  });

  it('does not take the Lease from a living run for a rollback', async () => {
    const on = shop({}, { resolve: full });
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    await expect(back(on, { route: 'other', reason: 'bad' })).rejects.toMatchObject({
      ...both,
      what: expect.stringMatching(/25 %.*HTTPRoute shop\/agent.*HTTPRoute shop\/other/),
    });
    expect([on.weight(), leaseOf(on)?.holder]).toEqual([25, 'run-1']);
    expect(await on.clock.until(run)).toMatchObject({ outcome: 'promoted' });
  });

  it('is not set to 0 by a `post` step: the alarm names both', async () => {
    const on = byOther('stages', { holder: 'run-1' });
    const post = { ...on.world, run: { ...on.world.run, holder: 'post-1' } };
    await expect(on.clock.until(takeBack(planOf(), { holder: 'run-1', open: 'true' }, post))).rejects.toMatchObject(both);
    expect([writesOf(on), leaseOf(on)?.holder, leaseOf(on)?.rollout?.phase]).toEqual([[], '', 'stages']);
  });

  it('does not show where the users of the rollout are', async () => {
    const { standing } = await tellBy(byOther('stages'), 'status');
    expect(standing?.weight).toBeNull();
    expect(standing?.notKnown.join('\n')).toMatch(/the weight: .*HTTPRoute shop\/other.*HTTPRoute shop\/agent/);
    expect((await tellBy(byOther('emptying'), 'status')).standing?.weight).toBe(0);
  });

  it('is not known of a record by an older version, which names none', async () => {
    const on = shop();
    left(on, 'stages', '');
    expect((await on.clock.until(toldBy(operate(on, 'status')))).standing?.weight).toBe(0);
    expect(await on.clock.until(runBy(operate(on, 'abort')))).toMatchObject({ outcome: 'aborted', weight: 0 });
  });
});
