import { describe, expect, it } from '@jest/globals';
import { guardianHolder } from '../../../src/domain/guardian/name.ts';
import { Lease } from '../../../src/domain/kubernetes/kinds.ts';
import { requesting } from '../../../src/domain/rollout/lease-writes.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import { patched } from '../../domain/rollout/patched.ts';
import { newImage, oldImage, type Shop, shop } from '../canary/shop.ts';
import { unreachable } from '../memory-cluster/failures.ts';
import { unheard } from '../memory-cluster/unheard.ts';
import { stage } from '../stand-ins.ts';
import { firstEpoch } from '../virtual-clock.ts';
import { leaseOf, left, operate, runBy, running, toldBy, weightWritten } from './on-shop.ts';

describe('a run that goes on', () => {
  it('is paused by another process, keeps its weight and is measured, and goes on when it is resumed', async () => {
    const on = shop();
    const run = running(on, { stages: '25@1m 100@1m' });
    const told = await on.clock.until(weightWritten(on, 25).then(() => toldBy(operate(on, 'pause', { reason: 'odd numbers' }))));
    expect(told).toMatchObject({ outcome: 'done', succeeded: true, reason: 'It keeps 25 % on the canary.' });
    expect(leaseOf(on)).toMatchObject({ holder: 'run-1', rollout: { phase: 'stages', weight: 25, stage: '1/2', paused: true } });
    await on.clock.pass(1200);
    expect([on.weight(), on.weights]).toEqual([25, [0, 25]]);
    expect(on.lines.join('\n')).toMatch(
      /someone asks for `pause` \(odd numbers\)[\s\S]*paused at 25 %.*measured 25\.0 %[\s\S]*waiting 1[0-9]m/,
    );
    expect(await on.clock.until(toldBy(operate(on, 'resume')))).toMatchObject({ outcome: 'done', reason: 'It goes on.' });
    expect(leaseOf(on)?.rollout?.paused).toBeUndefined();
    expect(await on.clock.until(run)).toMatchObject({ outcome: 'promoted' });
    expect(on.weights).toEqual([0, 25, 100, 50, 0]);
  });

  it('that is paused still goes back when it is bad', async () => {
    const behaviours: Record<string, { errors: number }> = {};
    const on = shop(behaviours);
    const run = running(on);
    await on.clock.until(weightWritten(on, 25).then(() => operate(on, 'pause')));
    behaviours[newImage] = { errors: 0.2 };
    expect(await on.clock.until(run)).toMatchObject({ outcome: 'rolled-back', code: 'CRITERIA_FAILED', weight: 0 });
  });

  it('that nobody decides about goes back at its limit, without a guardian', async () => {
    const on = shop();
    const run = running(on, { 'pause-limit': '10m' });
    await on.clock.until(weightWritten(on, 25).then(() => operate(on, 'pause')));
    const result = await on.clock.until(run);
    expect(result).toMatchObject({ outcome: 'aborted', code: 'PAUSE_EXPIRED', weight: 0 });
    expect(result.reason).toContain('without a guardian');
    expect(on.weights).toEqual([0, 25, 0]);
  });

  it('waits at the pause of its own ladder', async () => {
    const on = shop();
    const run = running(on, { stages: '25@pause 100@1m' });
    await on.clock.until(weightWritten(on, 25));
    await on.clock.pass(1500);
    expect(on.weights).toEqual([0, 25]);
    expect(await on.clock.until(toldBy(operate(on, 'resume')))).toMatchObject({ outcome: 'done' });
    expect(await on.clock.until(run)).toMatchObject({ outcome: 'promoted' });
  });

  it('is aborted: weight 0 first, with a whole drain, and the operation tells the end', async () => {
    const on = shop();
    const run = running(on);
    const told = await on.clock.until(weightWritten(on, 25).then(() => toldBy(operate(on, 'abort', { reason: 'it smells' }))));
    expect(told).toMatchObject({ outcome: 'aborted', succeeded: true, reason: 'someone aborted it: it smells.' });
    const result = await run;
    expect(result).toMatchObject({ outcome: 'aborted', code: 'ABORTED', weight: 0 });
    expect(on.weights).toEqual([0, 25, 0]);
    expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'resting' }, ended: { outcome: 'aborted' } });
  });

  it('is promoted from its first stage: 100 % is seen once, and the rest left out', async () => {
    const on = shop();
    const run = running(on, { stages: '25@10m 50@10m 100@1m' });
    const told = await on.clock.until(weightWritten(on, 25).then(() => toldBy(operate(on, 'promote'))));
    expect(told).toMatchObject({ outcome: 'done', reason: expect.stringContaining('It goes to 100 %') });
    expect(await on.clock.until(run)).toMatchObject({ outcome: 'promoted' });
    expect(on.weights).toEqual([0, 25, 100, 50, 0]);
  });

  it('says why it refuses, and what is not needed', async () => {
    const on = shop();
    const run = running(on, { promote: 'false' });
    await on.clock.until(weightWritten(on, 25));
    await expect(on.clock.until(operate(on, 'promote'))).rejects.toMatchObject({
      code: 'OPERATION_REFUSED',
      what: expect.stringContaining('`promote: false`'),
    });
    expect(await on.clock.until(toldBy(operate(on, 'resume')))).toMatchObject({ outcome: 'nothing-to-do', reason: 'It is not paused.' });
    on.cancel('SIGINT');
    await on.clock.until(run);
  });

  it('that an outage kept from renewing is no dead one: it is asked, and not taken over', async () => {
    const on = shop();
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    const asked = toldBy(operate(on, 'abort'));
    asked.catch(() => undefined);
    await on.clock.pass(0.5);
    on.cluster.failing = unreachable;
    await on.clock.pass(58);
    // Whoever asks is answered before the holder can renew.
    on.cluster.failing = unheard('run-1');
    await on.clock.pass(4);
    on.cluster.failing = () => undefined;
    expect(await on.clock.until(asked)).toMatchObject({ outcome: 'aborted' });
    expect(await on.clock.until(run)).toMatchObject({ outcome: 'aborted', weight: 0 });
    expect(leaseOf(on)).toMatchObject({ epoch: firstEpoch, holder: '' });
  });

  it('ends before it can hear: the operation says how', async () => {
    const on = shop({ [newImage]: { errors: 0.5 } });
    const run = running(on, { stages: '25@1m' });
    const ended = async () => {
      await weightWritten(on, 25);
      await weightWritten(on, 0);
      return await toldBy(operate(on, 'abort'));
    };
    const told = await on.clock.until(ended());
    expect(told).toMatchObject({
      outcome: 'rolled-back',
      reason: expect.stringMatching(/^It had ended by itself[\s\S]*failed its criteria/),
    });
    await run;
  });

  it('is asked by nobody in a dry run', async () => {
    const on = shop();
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    const before = on.cluster.writes().length;
    const told = await toldBy(operate(on, 'pause', { 'dry-run': 'true' }));
    expect([told.outcome, told.writes]).toEqual(['not-started', [expect.stringContaining('a request to run-1')]]);
    expect(
      on.cluster
        .writes()
        .slice(before)
        .filter((write) => write.includes('Lease')),
    ).toEqual([]);
    on.cancel('SIGINT');
    await on.clock.until(run);
  });
});

describe('a request', () => {
  it('for another epoch is not obeyed', async () => {
    const on = shop();
    const run = running(on, { stages: '25@2m 100@1m' });
    await on.clock.until(weightWritten(on, 25));
    const object = on.cluster.find(Lease, 'wf-deploy-agent');
    const request = { id: 'x', what: 'abort', epoch: 99, who: 'mallory', why: '', at: '', run: '' } as const;
    const asked = object === undefined ? undefined : patched(object, requesting(leaseOf(on) ?? never(), request));
    if (asked !== undefined) on.cluster.put(Lease, asked);
    expect(await on.clock.until(run)).toMatchObject({ outcome: 'promoted' });
  });

  it('cannot be written for a holder that has changed since it was read', () => {
    const seen = { holder: 'run-1', epoch: 3, resourceVersion: '7', durationSeconds: 60, sign: '' };
    const request = { id: 'x', what: 'abort', epoch: 3, who: 'w', why: '', at: '', run: '' } as const;
    const lease = (more: object) => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l', resourceVersion: '7', annotations: { 'wf-deploy.io/epoch': '3' }, ...more },
      spec: { holderIdentity: 'run-1' },
    });
    expect(patched(lease({}), requesting(seen, request))).toBeDefined();
    expect(patched(lease({ resourceVersion: '8' }), requesting(seen, request))).toBeUndefined();
    expect(patched(lease({ annotations: { 'wf-deploy.io/epoch': '4' } }), requesting(seen, request))).toBeUndefined();
    expect(patched({ ...lease({}), spec: { holderIdentity: 'run-2' } }, requesting(seen, request))).toBeUndefined();
  });

  it('does not take the place of an abort', async () => {
    const on = shop();
    const lock = await on.clock.until(acquireLock(on.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
    const aborting = operate(on, 'abort', { 'lock-timeout': '40s' });
    await on.clock.pass(3);
    await expect(on.clock.until(operate(on, 'pause'))).rejects.toMatchObject({
      what: expect.stringContaining('asked for `abort` already'),
    });
    await expect(on.clock.until(aborting)).rejects.toMatchObject({ code: 'NOT_ANSWERED' });
    lock.stop();
  });
});

const never = (): never => {
  throw new Error('There is no Lease.');
};

describe('where no run is left', () => {
  it('there is nothing to pause or to resume, and it says what to do', async () => {
    const on = shop();
    await expect(on.clock.until(operate(on, 'pause'))).rejects.toMatchObject({
      code: 'OPERATION_REFUSED',
      what: expect.stringContaining('nobody has rolled out this service here'),
    });
    expect(await on.clock.until(toldBy(operate(on, 'abort')))).toMatchObject({ outcome: 'nothing-to-do' });
    expect(on.cluster.writes().filter((write) => /HTTPRoute|Deployment|Lease/.test(write))).toEqual([]);
  });

  it.each(['resume', 'pause'] as const)('%s of a canary that was left is refused with the way out', async (operation) => {
    const on = leaving('paused');
    await expect(on.clock.until(operate(on, operation))).rejects.toMatchObject({
      what: expect.stringMatching(/has ended and left 25 % on the canary\. Nothing is resumed in the middle/),
      remedy: expect.stringContaining('`operation: promote` or `operation: abort`'),
    });
  });

  it.each(['paused', 'stages'] as const)('abort takes back by itself what was left in the phase %s, traffic first', async (phase) => {
    const on = leaving(phase);
    const result = await on.clock.until(runBy(operate(on, 'abort', { reason: 'no' })));
    expect(result).toMatchObject({ outcome: 'aborted', weight: 0, reason: 'someone aborted it: no.' });
    expect([on.weights, on.weight()]).toEqual([[0], 0]);
    expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'resting' } });
  });

  it('promote rolls the image of a paused canary out from here, through weight 0', async () => {
    const on = leaving('paused');
    const result = await on.clock.until(runBy(operate(on, 'promote')));
    expect(result).toMatchObject({ outcome: 'promoted', image: newImage, previousImage: oldImage });
    expect(on.weights).toEqual([0, 100, 50, 0]);
    expect(on.image('agent')).toBe(newImage);
  });

  it('promote brings nothing back that somebody has aborted while it waited for the lock', async () => {
    const on = leaving('paused');
    const aborting = runBy(operate(on, 'abort', { reason: 'no' }));
    const promoting = operate(on, 'promote');
    expect(await on.clock.until(aborting)).toMatchObject({ outcome: 'aborted' });
    await expect(on.clock.until(promoting)).rejects.toMatchObject({ code: 'OPERATION_REFUSED', what: expect.stringContaining('aborted') });
    expect([on.image('agent'), on.weight(), leaseOf(on)?.holder]).toEqual([oldImage, 0, '']);
  });

  it('promote has nothing to promote after a rollout that went back', async () => {
    const on = shop({ [newImage]: { errors: 0.5 } });
    await on.clock.until(running(on, { stages: '25@1m' }));
    await expect(on.clock.until(operate(on, 'promote'))).rejects.toMatchObject({ remedy: expect.stringContaining('actions/promote') });
  });

  it('a holder that gave no sign of life for as long as its Lease lasts is a dead one', async () => {
    const on = leaving('stages', 'run-0');
    const began = on.clock.monotonic();
    const result = await on.clock.until(runBy(operate(on, 'abort')));
    expect(result).toMatchObject({ outcome: 'aborted', weight: 0 });
    expect(on.clock.monotonic() - began).toBeGreaterThanOrEqual(60);
    expect(leaseOf(on)?.epoch).toBe(6);
  });
});

function leaving(phase: 'paused' | 'stages', holder = '') {
  const on = shop();
  left(on, phase, holder);
  return on;
}

const page = (run: number, attempt = 1): string => `https://github.example.com/shop/agent/actions/runs/${run}/attempts/${attempt}`;

describe('while a guardian takes back what its run has left', () => {
  /** The Lease in the hands of the guardian of run 7, which lives until it is stopped. */
  async function guarded() {
    const on = shop();
    left(on, 'emptying', '', page(7));
    const guardian = stage({ holder: guardianHolder('pod') }, on);
    const request = { service: 'agent', namespace: 'shop', duration: 60, timeout: 5 };
    const lock = await on.clock.until(acquireLock(guardian.world, request));
    const { epoch } = lock;
    const givesAway = async () => {
      const did = 'weight 0';
      await lock.record({ guardian: { is: 'acted', pod: 'pod', epoch, at: 't', after: 'run-0', did }, release: true });
      lock.stop();
    };
    return { on, lock, givesAway };
  }
  const own = { 'only-this-run': 'true' };

  it.each([
    ['of this workflow run', own],
    ['of anybody', {}],
  ])('abort %s leaves it no request, waits for its end, and tidies up after it', async (_, more) => {
    const { on, givesAway } = await guarded();
    const aborting = runBy(operate(on, 'abort', more, { page: page(7, 2) }));
    aborting.catch(() => undefined);
    await on.clock.pass(100);
    expect([leaseOf(on)?.holder, leaseOf(on)?.request]).toEqual([guardianHolder('pod'), undefined]);
    await givesAway();
    expect(await on.clock.until(aborting)).toMatchObject({ outcome: 'aborted', weight: 0 });
    expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'resting' } });
  });

  it('abort of another workflow run leaves it alone, and a dry run says what would be done', async () => {
    const { on, lock } = await guarded();
    const began = on.clock.monotonic();
    const told = await on.clock.until(toldBy(operate(on, 'abort', own, { page: page(8) })));
    expect(told).toMatchObject({ outcome: 'nothing-to-do', reason: expect.stringContaining('it is of https://github.example.com') });
    expect(on.clock.monotonic()).toBe(began);
    const dry = await on.clock.until(toldBy(operate(on, 'abort', { ...own, 'dry-run': 'true' }, { page: page(7) })));
    expect(dry.writes).toEqual(['What its run has left is taken back from here.']);
    lock.stop();
  });

  it('one that died is followed at once', async () => {
    const { on, lock } = await guarded();
    lock.stop();
    const began = on.clock.monotonic();
    expect(await on.clock.until(runBy(operate(on, 'abort')))).toMatchObject({ outcome: 'aborted', weight: 0 });
    expect(on.clock.monotonic() - began).toBeGreaterThanOrEqual(60);
  });

  it('another run that was faster is not asked', async () => {
    const { on, lock } = await guarded();
    const aborting = toldBy(operate(on, 'abort'));
    const pausing = operate(on, 'pause');
    for (const each of [aborting, pausing]) each.catch(() => undefined);
    await on.clock.pass(20);
    lock.stop();
    left(on, 'stages', 'run-2', page(8));
    expect(await on.clock.until(aborting)).toMatchObject({ outcome: 'unknown', succeeded: false });
    await expect(on.clock.until(pausing)).rejects.toMatchObject({ what: 'The run ended before it could pause.' });
    expect(leaseOf(on)?.request).toBeUndefined();
  });

  it('one that does not end is named', async () => {
    const { on, lock } = await guarded();
    await expect(on.clock.until(operate(on, 'abort', { 'rollout-timeout': '3m' }))).rejects.toMatchObject({
      code: 'NOT_ANSWERED',
      what: 'guardian/pod takes the canary back, and has not ended within 3m.',
    });
    lock.stop();
  });
});

describe('abort with `only-this-run`', () => {
  const holderOf = (run: number, attempt = 1): string => `${page(run, attempt)}#canary-0a1b2c3d`;
  const own = { 'only-this-run': 'true', reason: 'a job failed' };
  /** The rollback job of a workflow run. */
  const abortOf = (on: Shop, run: number, attempt = 1, more: Readonly<Record<string, string>> = own) =>
    operate(on, 'abort', more, { page: page(run, attempt) });

  it('leaves the healthy rollout of another run alone', async () => {
    const on = shop({}, { holder: holderOf(8), page: page(8) });
    const run = running(on);
    const asked = weightWritten(on, 25).then(() => toldBy(abortOf(on, 7)));
    expect(await on.clock.until(asked)).toMatchObject({
      outcome: 'nothing-to-do',
      succeeded: true,
      reason: expect.stringMatching(/not begun by this workflow run.*runs\/8/),
    });
    expect(leaseOf(on)).toMatchObject({ epoch: firstEpoch, holder: holderOf(8) });
    expect(leaseOf(on)?.request).toBeUndefined();
    expect(await on.clock.until(run)).toMatchObject({ outcome: 'promoted' });
  });

  it.each<readonly [string, string]>([
    ['leaves the handed-over pause of another run alone', ''],
    ['leaves what another dead run has left to its guardian and the next run', holderOf(8)],
  ])('%s', async (_, holder) => {
    const on = shop();
    left(on, 'paused', holder, page(8));
    const before = on.cluster.writes().length;
    expect(await on.clock.until(toldBy(abortOf(on, 7)))).toMatchObject({ outcome: 'nothing-to-do', succeeded: true });
    expect(on.cluster.writes()).toHaveLength(before);
    expect(await on.clock.until(toldBy(abortOf(on, 7, 1, { ...own, 'dry-run': 'true' })))).toMatchObject({ outcome: 'nothing-to-do' });
  });

  it('aborts its own run', async () => {
    const on = shop({}, { holder: holderOf(7), page: page(7) });
    const run = running(on);
    const told = await on.clock.until(weightWritten(on, 25).then(() => toldBy(abortOf(on, 7))));
    expect(told).toMatchObject({ outcome: 'aborted' });
    expect(await run).toMatchObject({ outcome: 'aborted', weight: 0 });
  });

  it.each<readonly [string, string, string, number]>([
    ['its own pause', '', page(7), 1],
    ['the pause of an earlier attempt', '', page(7), 2],
    ['its own dead run', holderOf(7), page(7), 1],
    ['the dead run of an earlier attempt', holderOf(7), page(7), 2],
    ['what its own dead run had taken over, and not yet touched', holderOf(7), page(6), 1],
  ])('takes back %s', async (_, holder, run, attempt) => {
    const on = shop();
    left(on, holder === '' ? 'paused' : 'stages', holder, run);
    expect(await on.clock.until(runBy(abortOf(on, 7, attempt)))).toMatchObject({ outcome: 'aborted', weight: 0 });
    expect(leaseOf(on)).toMatchObject({ holder: '', rollout: { phase: 'resting' } });
  });

  it('leaves alone what another run left after it was faster', async () => {
    const on = shop();
    left(on, 'paused', '', page(7));
    on.cluster.failing = ({ write, kind }) => {
      if (write === undefined || kind !== 'Lease') return undefined;
      on.cluster.failing = () => undefined;
      left(on, 'paused', '', page(8));
      return undefined;
    };
    expect(await on.clock.until(toldBy(abortOf(on, 7)))).toMatchObject({ outcome: 'nothing-to-do' });
    expect([on.weights, leaseOf(on)?.holder, leaseOf(on)?.rollout?.phase]).toEqual([[], '', 'paused']);
  });

  it('is refused where there is no workflow run, and without it everything is aborted', async () => {
    const on = shop();
    left(on, 'paused', '', page(8));
    await expect(on.clock.until(operate(on, 'abort', own))).rejects.toMatchObject({ code: 'OPERATION_REFUSED' });
    expect(await on.clock.until(runBy(abortOf(on, 7, 1, {})))).toMatchObject({ outcome: 'aborted', weight: 0 });
  });
});
