import { describe, expect, it } from '@jest/globals';
import { Event, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { type Shop, shop } from '../canary/shop.ts';
import { forbidden, unreachable } from '../memory-cluster/failures.ts';
import { unheard } from '../memory-cluster/unheard.ts';
import { firstEpoch } from '../virtual-clock.ts';
import { leaseOf, left, operate, running, tellBy, toldBy, weightWritten } from './on-shop.ts';

/** What the guardian says in the Lease. */
function say(on: Shop, sign: object): void {
  const lease = on.cluster.find(Lease, 'wf-deploy-agent');
  if (lease === undefined) throw new Error('There is a Lease.');
  const annotations = { ...lease.metadata.annotations, 'wf-deploy.io/guardian': JSON.stringify(sign) };
  on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations } });
}

describe('unlock', () => {
  const reason = { reason: 'its runner is gone' };

  it('takes the Lease of a dead holder with the next epoch, and says why, where, and what takes the weight back', async () => {
    const on = shop();
    left(on, 'stages', 'run-0');
    const began = on.clock.monotonic();
    const done = await tellBy(on, 'unlock', reason);
    expect(on.clock.monotonic() - began).toBeGreaterThanOrEqual(60);
    expect(done).toMatchObject({
      outcome: 'done',
      remedy: expect.stringMatching(/left 25 % on the canary.*Nobody takes it back by itself.*operation: abort/),
    });
    expect(leaseOf(on)).toMatchObject({ holder: '', epoch: 6, rollout: { phase: 'stages', weight: 25 } });
    const annotation = on.cluster.find(Lease, 'wf-deploy-agent')?.metadata.annotations?.['wf-deploy.io/unlocked'] ?? '';
    expect(JSON.parse(annotation)).toMatchObject({ from: 'run-0', who: 'someone', why: 'its runner is gone' });
    const [event] = on.cluster.objectsOf(Event) as readonly (KubernetesObject & { message?: string })[];
    expect(event?.message).toContain('someone took the Lease from run-0: its runner is gone');
  });

  it('whose write is stored and whose answer is lost has unlocked, and says what is left', async () => {
    const on = shop();
    left(on, 'stages', 'run-0');
    const { reacting } = on.cluster;
    let once = true;
    on.cluster.reacting = (object) => {
      reacting(object);
      if (!once || object.kind !== 'Lease' || object.metadata.annotations?.['wf-deploy.io/unlocked'] === undefined) return;
      once = false;
      throw unreachable();
    };
    expect(await tellBy(on, 'unlock', reason)).toMatchObject({ outcome: 'done', remedy: expect.stringContaining('operation: abort') });
    expect(leaseOf(on)).toMatchObject({ holder: '', epoch: 6 });
  });

  it.each(['watching', 'pausing'])('does not count on a guardian that said it was %s and is gone', async (is) => {
    const on = shop();
    left(on, 'stages', 'run-0');
    say(on, { is, pod: 'guardian-1', epoch: 5, beat: 'a', passed: 1 });
    const { remedy } = await tellBy(on, 'unlock', reason);
    expect(remedy).toMatch(
      /left 25 % on the canary.*Its guardian gave no sign of life either: nobody is known to take it back by itself.*operation: abort/,
    );
  });

  it('counts on a guardian that beats meanwhile', async () => {
    const on = shop();
    left(on, 'stages', 'run-0');
    const beating = async () => {
      for (let beat = 1; beat <= 5; beat += 1) {
        say(on, { is: 'watching', pod: 'guardian-1', epoch: 5, beat: String(beat) });
        await on.clock.sleep(10);
      }
    };
    const beats = beating();
    const { remedy } = await tellBy(on, 'unlock', reason);
    expect(remedy).toContain('Its guardian takes it back unless somebody does so before');
    await beats;
  });

  it.each([
    [
      'rolling',
      'wf-deploy.io/rolling',
      { phase: 'returning', key: 'k', run: 'page-1', since: 's' },
      /rolling update is open in the phase `returning` \(page-1.*actions\/stage again/,
    ],
    [
      'blue-green',
      'wf-deploy.io/blue-green',
      {
        phase: 'watching',
        operation: 'deploy',
        serving: 2,
        from: 'blue',
        to: 'green',
        container: 'api',
        image: 'i',
        before: { image: 'b', replicas: 0 },
        run: 'page-2',
        since: 's',
      },
      /switch from blue to green is open in the phase `watching` \(page-2.*users are on green.*actions\/blue-green again/,
    ],
    [
      'rollback',
      'wf-deploy.io/rollback',
      { phase: 'writing', deployment: 'agent', to: 'revision 6', images: {}, from: {}, who: 'a', why: '', run: 'page-3', since: 's' },
      /rollback of Deployment agent to revision 6 is not confirmed \(page-3.*actions\/rollback with `to: previous`/,
    ],
  ])('names a %s record that was left open, and what ends it; so does status', async (_, key, record, says) => {
    const on = shop();
    left(on, 'resting', 'run-0');
    const lease = on.cluster.find(Lease, 'wf-deploy-agent');
    if (lease === undefined) throw new Error('There is no Lease.');
    const annotations = { ...lease.metadata.annotations, [key]: JSON.stringify(record) };
    on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations } });
    const { remedy } = await tellBy(on, 'unlock', reason);
    expect(remedy).toMatch(says);
    expect(remedy).not.toContain('on the canary');
    const { reason: said, standing } = await tellBy(on, 'status');
    expect(standing?.open).toEqual([expect.stringMatching(says)]);
    expect(said).toMatch(says);
  });

  it('refuses beside a holder that gives signs of life', async () => {
    const on = shop();
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    await expect(tellBy(on, 'unlock', reason)).rejects.toMatchObject({
      code: 'OPERATION_REFUSED',
      remedy: expect.stringContaining('operation: abort'),
    });
    on.cancel('SIGINT');
    expect(await on.clock.until(run)).toMatchObject({ outcome: 'aborted' });
  });

  it('refuses beside a holder that an outage kept from renewing', async () => {
    const on = shop();
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    const asked = toldBy(operate(on, 'unlock', reason));
    asked.catch(() => undefined);
    await on.clock.pass(3);
    on.cluster.failing = unreachable;
    await on.clock.pass(58);
    // Whoever looks is answered before the holder can renew.
    on.cluster.failing = unheard('run-1');
    await on.clock.pass(4);
    on.cluster.failing = () => undefined;
    await expect(on.clock.until(asked)).rejects.toMatchObject({ code: 'OPERATION_REFUSED', what: expect.stringContaining('run-1') });
    expect(leaseOf(on)?.epoch).toBe(firstEpoch);
    on.cancel('SIGINT');
    expect(await on.clock.until(run)).toMatchObject({ outcome: 'aborted' });
  });

  it('counts anew after each outage, however short', async () => {
    const on = shop();
    left(on, 'stages', 'run-0');
    const [began, asked] = [on.clock.monotonic(), toldBy(operate(on, 'unlock', reason))];
    await on.clock.pass(50);
    on.cluster.failing = unreachable;
    await on.clock.pass(5);
    on.cluster.failing = () => undefined;
    expect(await on.clock.until(asked)).toMatchObject({ outcome: 'done' });
    expect(on.clock.monotonic() - began).toBeGreaterThanOrEqual(115);
  });

  it('has nothing to do where nobody holds it, and writes nothing in a dry run', async () => {
    const on = shop();
    expect(await tellBy(on, 'unlock', reason)).toMatchObject({ outcome: 'nothing-to-do' });
    left(on, 'resting', 'run-0');
    expect(await tellBy(on, 'unlock', { ...reason, 'dry-run': 'true' })).toMatchObject({ outcome: 'not-started' });
    expect(on.cluster.writes()).toEqual([]);
    expect((await tellBy(on, 'unlock', reason)).remedy).toBeUndefined();
  });

  it('says so when it may not write the Event', async () => {
    const on = shop();
    left(on, 'resting', 'run-0');
    on.cluster.failing = (call) => (call.kind === 'Event' ? forbidden() : undefined);
    expect((await tellBy(on, 'unlock', reason)).writes.at(-1)).toBe('no Event with the reason: The account may not do that.');
  });
});
