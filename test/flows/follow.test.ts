import { describe, expect, it } from '@jest/globals';
import { Deployment, Pod } from '../../src/domain/kubernetes/kinds.ts';
import { Failure } from '../../src/failure.ts';
import { follow, isTransient, type Workload } from '../../src/flows/follow.ts';
import { forbidden, unreachable } from './memory-cluster/failures.ts';
import { stage } from './stand-ins.ts';
import { deployment, podOf } from './workloads.ts';

const what = { namespace: 'shop', deployment: 'agent', podLabels: 'app=agent', seconds: 30 };

describe('follow', () => {
  it('shows every change, and forgets pods that are gone', async () => {
    const on = stage();
    on.cluster.put(Deployment, deployment('agent', 'shop/agent:1', 1));
    on.cluster.put(Deployment, deployment('other', 'shop/other:1', 1));
    on.cluster.put(Pod, podOf('agent-1', 'shop/agent:1'));
    on.cluster.put(Pod, podOf('other-1', 'shop/other:1'));
    void on.clock.sleep(5).then(() => on.cluster.put(Pod, podOf('agent-2', 'shop/agent:1')));
    void on.clock.sleep(9).then(() => on.cluster.remove(Pod, 'agent-1'));
    const seen = new Set<string>();
    const decision = await on.clock.until(
      follow(on.world, what, ({ deployment: object, pods }: Workload) => {
        seen.add(`${object?.metadata.name}: ${pods.map(({ metadata }) => metadata.name).join(' ')}`);
        return on.clock.monotonic() > 1010 ? 'enough' : undefined;
      }),
    );
    expect(decision).toBe('enough');
    expect([...seen]).toEqual(expect.arrayContaining(['agent: agent-1', 'agent: agent-1 agent-2', 'agent: agent-2']));
    expect([...seen].join()).not.toContain('other');
  });

  it('forgets pods that went while the API server did not answer', async () => {
    const on = stage();
    on.cluster.put(Deployment, deployment('agent', 'shop/agent:1', 1));
    on.cluster.put(Pod, podOf('agent-1', 'shop/agent:1'));
    const cut = new AbortController();
    void on.clock.sleep(5).then(() => {
      on.cluster.failing = unreachable;
      cut.abort();
      on.cluster.remove(Pod, 'agent-1');
      on.cluster.put(Pod, podOf('agent-2', 'shop/agent:1'));
    });
    void on.clock.sleep(12).then(() => {
      on.cluster.failing = () => undefined;
    });
    const { cluster } = on;
    const watch = cluster.watch.bind(cluster);
    // A watch that was cut off cannot be opened again at once.
    cluster.watch = async function* (kind, namespace, options, signal) {
      yield* watch(kind, namespace, options, AbortSignal.any([signal, ...(cut.signal.aborted ? [] : [cut.signal])]));
      if (!signal.aborted) throw unreachable();
    };
    let last: readonly string[] = [];
    await on.clock.until(
      follow(on.world, what, ({ pods }: Workload) => {
        last = pods.map(({ metadata }) => metadata.name);
        return undefined;
      }),
    );
    expect(last).toEqual(['agent-2']);
  });

  it('looks again every two seconds when nothing happens, and ends without a decision when the time is up', async () => {
    const on = stage();
    let looks = 0;
    const decision = await on.clock.until(
      follow(on.world, what, () => {
        looks += 1;
        return undefined;
      }),
    );
    expect([decision, on.clock.monotonic()]).toEqual([undefined, 1030]);
    expect(looks).toBeGreaterThanOrEqual(14);
  });

  it('decides once', async () => {
    const on = stage();
    on.cluster.put(Deployment, deployment('agent', 'shop/agent:1', 1));
    on.cluster.put(Pod, podOf('agent-1', 'shop/agent:1'));
    let decisions = 0;
    const count = (): number => {
      decisions += 1;
      return decisions;
    };
    expect(await on.clock.until(follow(on.world, what, count))).toBe(1);
    expect(decisions).toBe(1);
  });

  it('does not storm an API server that does not answer', async () => {
    const on = stage();
    on.cluster.failing = unreachable;
    await on.clock.until(follow(on.world, what, () => undefined));
    expect(on.cluster.calls.length).toBeLessThanOrEqual(2 * 16);
  });

  it('throws what is no outage, and leaves nothing behind', async () => {
    const on = stage();
    on.cluster.failing = ({ kind }) => (kind === 'Pod' ? forbidden() : undefined);
    await expect(on.clock.until(follow(on.world, what, () => undefined))).rejects.toMatchObject({ code: 'CLUSTER_FORBIDDEN' });
    expect([on.clock.monotonic(), on.cluster.watches]).toEqual([1000, 0]);
  });
});

describe('isTransient', () => {
  it.each([
    ['CLUSTER_UNREACHABLE', true],
    ['CLUSTER_BROKEN', true],
    ['CLUSTER_FORBIDDEN', false],
    ['CLUSTER_UNAUTHORISED', false],
    ['CLUSTER_CONFLICT', false],
    ['CLUSTER_REFUSED', false],
    ['CLUSTER_NOT_FOUND', false],
    ['LOCK_LOST', false],
  ] as const)('%s: %s', (code, expected) => {
    expect(isTransient(new Failure(code, 'x', 'y'))).toBe(expected);
  });

  it('a defect is not', () => expect(isTransient(new TypeError('x'))).toBe(false));
});
