import { describe, expect, it } from '@jest/globals';
import { Lease } from '../../../src/domain/kubernetes/kinds.ts';
import { leaseKeys } from '../../../src/domain/rollout/lease.ts';
import { patched } from '../../domain/rollout/patched.ts';
import type { Shop } from '../canary/shop.ts';
import { shop } from '../canary/shop.ts';
import { unreachable } from '../memory-cluster/failures.ts';
import { leaseOf, left, operate, running, tellBy, toldBy, weightWritten } from './on-shop.ts';

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
