import { describe, expect, it } from '@jest/globals';
import { Job, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { leaseKeys } from '../../../src/domain/rollout/lease.ts';
import { acquireLock } from '../../../src/flows/lock.ts';
import { executeOperation } from '../../../src/flows/operations/execute.ts';
import { patched } from '../../domain/rollout/patched.ts';
import { guardianOn, undo } from '../../guardian/on-shop.ts';
import type { Shop } from '../canary/shop.ts';
import { shop } from '../canary/shop.ts';
import { unreachable } from '../memory-cluster/failures.ts';
import { stage } from '../stand-ins.ts';
import { firstEpoch } from '../virtual-clock.ts';
import { leaseOf, left, operate, operationPlan, runBy, running, tellBy, toldBy, weightWritten } from './on-shop.ts';

/** Answers to requests are lost: the first ones, which arrive or not. */
function losing({ cluster }: Shop, times: number, arrives: boolean): () => number {
  let lost = 0;
  cluster.failing = ({ write, kind }) => {
    const isRequest = write?.do === 'patch' && kind === 'Lease' && JSON.stringify(write.operations).includes('~1request');
    if (!isRequest || lost >= times) return undefined;
    lost += 1;
    const lease = cluster.find(Lease, 'wf-deploy-agent');
    const asked = lease === undefined ? undefined : patched(lease, write.operations);
    if (arrives && asked !== undefined) cluster.put(Lease, asked);
    return unreachable();
  };
  return () => lost;
}

describe('a request whose answer is lost', () => {
  it('has arrived, is obeyed, and is told so', async () => {
    const on = shop();
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    const lost = losing(on, 1, true);
    expect(await on.clock.until(toldBy(operate(on, 'pause')))).toMatchObject({ outcome: 'done', reason: 'It keeps 25 % on the canary.' });
    expect([lost(), leaseOf(on)?.rollout?.paused]).toEqual([1, true]);
    const requests = on.cluster.calls.filter(({ write }) => JSON.stringify(write ?? {}).includes('~1request'));
    expect(requests).toHaveLength(1);
    on.cancel('SIGINT');
    await on.clock.until(run);
  });

  it('that ended the run at once is told with that end', async () => {
    const on = shop();
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    losing(on, 1, true);
    const told = on.clock.until(toldBy(operate(on, 'abort')));
    expect(await told).toMatchObject({ succeeded: true, reason: 'someone aborted it.' });
    expect(await on.clock.until(run)).toMatchObject({ outcome: 'aborted' });
  });

  it('has not arrived, and is asked again', async () => {
    const on = shop();
    const run = running(on);
    await on.clock.until(weightWritten(on, 25));
    losing(on, 2, false);
    expect(await on.clock.until(toldBy(operate(on, 'pause')))).toMatchObject({ outcome: 'done' });
    on.cancel('SIGINT');
    await on.clock.until(run);
  });

  it('never arrives: then nobody was asked, and that is what is said', async () => {
    const on = shop();
    left(on, 'stages', 'run-1');
    const lost = losing(on, Number.POSITIVE_INFINITY, false);
    await expect(tellBy(on, 'pause')).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
    expect(lost()).toBeGreaterThan(10);
    expect(on.cluster.find(Lease, 'wf-deploy-agent')?.metadata.annotations?.[leaseKeys.request]).toBeUndefined();
  });
});

describe('an answer that comes with the end of its run, before the next look', () => {
  /** A run that hears, answers and ends between two looks. */
  async function ended(operation: 'abort' | 'promote', is: 'accepted' | 'refused') {
    const on = shop();
    const lock = await on.clock.until(acquireLock(on.world, { service: 'agent', namespace: 'shop', duration: 60, timeout: 0 }));
    const asking = toldBy(operate(on, operation));
    asking.catch(() => undefined);
    await on.clock.pass(0.5);
    const id = leaseOf(on)?.request?.id ?? '';
    const outcome = operation === 'abort' ? 'aborted' : 'promoted';
    const end = { epoch: lock.epoch, outcome, text: 'So it ended.', run: 'page', at: 't' };
    await lock.record({ answer: { id, is, text: 'It was heard.' }, ended: end, release: true });
    lock.stop();
    return on.clock.until(asking);
  }

  it('is told: it was accepted, or refused', async () => {
    expect(await ended('promote', 'accepted')).toMatchObject({ outcome: 'done', reason: 'It was heard.' });
    await expect(ended('promote', 'refused')).rejects.toMatchObject({ what: expect.stringContaining('It was heard.') });
    expect(await ended('abort', 'accepted')).toMatchObject({ outcome: 'aborted', reason: 'So it ended.' });
  });
});

/** What others write into the Lease meanwhile. */
function written(on: Shop, holder: string, epoch: number, notes: Readonly<Record<string, object>>): void {
  const lease = on.cluster.find(Lease, 'wf-deploy-agent') as KubernetesObject;
  const texts = Object.entries(notes).map(([key, value]) => [`wf-deploy.io/${key}`, JSON.stringify(value)] as const);
  const annotations = { ...lease.metadata.annotations, [leaseKeys.epoch]: String(epoch), ...Object.fromEntries(texts) };
  const spec = { ...(lease['spec'] as object), holderIdentity: holder };
  on.cluster.put(Lease, { ...lease, metadata: { ...lease.metadata, annotations }, spec });
}

const acted = (epoch: number) => ({ is: 'acted', pod: 'p', epoch, at: 't', after: 'run-0', did: 'weight 0' });
const recordOf = (on: Shop): object => leaseOf(on)?.rollout ?? {};

describe('a run that has the Lease no more', () => {
  it('died, and its guardian was first: that one is waited for, and what it leaves is tidied up', async () => {
    const on = shop();
    left(on, 'stages', 'run-0');
    const guardian = guardianOn(on);
    await on.clock.pass(10);
    expect(await on.clock.until(runBy(operate(on, 'abort', { reason: 'night' })))).toMatchObject({ outcome: 'aborted', weight: 0 });
    expect(await guardian).toBe('weight 0');
    expect(leaseOf(on)).toMatchObject({ epoch: 7, holder: '', rollout: { phase: 'resting' } });
  });

  it('died, and its guardian came and went between two looks', async () => {
    const on = shop();
    left(on, 'stages', 'run-0');
    const aborting = runBy(operate(on, 'abort'));
    await on.clock.pass(3);
    written(on, '', 6, { guardian: acted(6), rollout: { ...recordOf(on), phase: 'emptying', weight: 0 } });
    expect(await on.clock.until(aborting)).toMatchObject({ outcome: 'aborted', weight: 0 });
  });

  it('died with nothing left to move, which its guardian has seen', async () => {
    const on = shop();
    left(on, 'resting', 'run-0');
    const aborting = toldBy(operate(on, 'abort'));
    await on.clock.pass(3);
    written(on, '', 6, { guardian: acted(6) });
    expect(await on.clock.until(aborting)).toMatchObject({ outcome: 'nothing-to-do', succeeded: true });
  });

  it('went without a word: what a guardian did long before is no word of it', async () => {
    const on = shop();
    left(on, 'resting', 'run-0');
    written(on, 'run-0', 5, { guardian: acted(4) });
    const pausing = operate(on, 'pause');
    pausing.catch(() => undefined);
    await on.clock.pass(3);
    written(on, '', 5, {});
    await expect(on.clock.until(pausing)).rejects.toMatchObject({ what: 'The run ended before it could pause.' });
  });

  it('left its pause to its guardian, and heard nobody any more: abort takes it back', async () => {
    const on = shop();
    const guarding = async (): Promise<string> => {
      while (on.cluster.find(Job, 'wf-deploy-guardian-agent') === undefined) await on.clock.sleep(1);
      return await guardianOn(on, { undo: { ...undo, epoch: firstEpoch } });
    };
    const guardian = guarding();
    const run = running(on, { guardian: 'true', stages: '25@1m+pause 100@1m', 'pause-limit': '5m' });
    const leaving = async (): Promise<void> => {
      while (leaseOf(on)?.rollout?.phase !== 'paused') await on.clock.sleep(0.5);
    };
    await on.clock.until(leaving());
    expect(leaseOf(on)?.holder).toBe('run-1');
    const aborting = runBy(operate(on, 'abort', { reason: 'night' }));
    expect(await on.clock.until(run)).toMatchObject({ outcome: 'paused' });
    expect(await on.clock.until(aborting)).toMatchObject({ outcome: 'aborted', weight: 0, reason: 'someone aborted it: night.' });
    expect([on.weight(), leaseOf(on)?.rollout?.phase]).toEqual([0, 'resting']);
    expect(await on.clock.until(guardian)).toBe('relieved');
  });

  it('left a pause: who would pause it is told what is left', async () => {
    const on = shop();
    left(on, 'paused', 'run-0');
    const pausing = operate(on, 'pause');
    pausing.catch(() => undefined);
    await on.clock.pass(3);
    written(on, '', 5, { ended: { epoch: 5, outcome: 'paused', text: 'It waits.', run: 'page', at: 't' } });
    await expect(on.clock.until(pausing)).rejects.toMatchObject({ what: expect.stringContaining('has ended and left 25 % on the canary') });
  });

  it('left a pause, and another run has it by now: nothing is said of that pause, nor taken from it', async () => {
    const on = shop();
    left(on, 'paused', 'run-0');
    const aborting = toldBy(operate(on, 'abort'));
    await on.clock.pass(3);
    const rollout = { ...recordOf(on), phase: 'preparing', weight: 0, run: 'page-2' };
    written(on, 'run-2', 6, { rollout, ended: { epoch: 5, outcome: 'paused', text: 'It waits.', run: 'page', at: 't' } });
    expect(await on.clock.until(aborting)).toMatchObject({
      outcome: 'unknown',
      succeeded: false,
      reason: 'run-2 has the Lease now, with a rollout of its own. The route `agent` gives the canary 0 %.',
      remedy: expect.stringContaining('finishes the promotion of the same digest'),
    });
    expect([leaseOf(on)?.holder, on.weights]).toEqual(['run-2', []]);
  });
});

describe('an abort beside another one', () => {
  const abortBy = (on: Shop, holder: string, reason: string) =>
    toldBy(executeOperation(operationPlan('abort', { reason }), stage({ holder }, on).world));
  const requests = ({ cluster }: Shop) => cluster.calls.filter(({ write }) => JSON.stringify(write ?? {}).includes('~1request'));

  it.each([
    ['before the run has heard of it', 3],
    ['when the run has accepted it', 25],
  ])('%s waits for the same end, and takes the place of nothing', async (_, seconds) => {
    const on = shop();
    const run = running(on, { drain: '2m' });
    await on.clock.until(weightWritten(on, 25));
    const first = abortBy(on, 'a-person', 'night');
    await on.clock.pass(seconds);
    const second = abortBy(on, 'a-job', 'a job failed');
    const end = { outcome: 'aborted', succeeded: true, reason: 'someone aborted it: night.' };
    expect(await on.clock.until(Promise.all([first, second]))).toMatchObject([end, end]);
    expect(await on.clock.until(run)).toMatchObject({ outcome: 'aborted', weight: 0 });
    expect(requests(on)).toHaveLength(1);
  });

  it.each([
    ['that was refused', 5, 'refused'],
    ['that another holder was asked', 4, 'accepted'],
  ])('%s asks by itself', async (_, epoch, is) => {
    const on = shop();
    left(on, 'stages', 'run-0');
    const request = { id: 'a-person', what: 'abort', epoch, who: 'w', why: '', at: 't', run: 'page' };
    written(on, 'run-0', 5, { request, answer: { id: 'a-person', is, text: 'A word.' } });
    const second = abortBy(on, 'a-job', '');
    second.catch(() => undefined);
    await on.clock.pass(3);
    expect(leaseOf(on)?.request?.id).toBe('a-job');
    await on.clock.until(second.catch(() => undefined));
  });
});
