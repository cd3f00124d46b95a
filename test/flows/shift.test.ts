import { describe, expect, it } from '@jest/globals';
import { HTTPRoute } from '../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { epochAnnotation } from '../../src/domain/rollout/lease.ts';
import { gatewayApi } from '../../src/domain/traffic/gateway-api.ts';
import { replicas } from '../../src/domain/traffic/replicas.ts';
import { type Shift, type Shifted, shift } from '../../src/flows/shift.ts';
import { app, readRoute } from '../domain/traffic/httproute/fixtures.ts';
import { forbidden, unreachable } from './memory-cluster/failures.ts';
import { type Stage, stage } from './stand-ins.ts';

const request: Shift = { router: gatewayApi, app, epoch: 3, weight: 25, acceptWithin: 30, unheard: new Map() };

/** What the gateway says about the generation that is there. */
const answered = (route: KubernetesObject, status: 'True' | 'False' = 'True'): KubernetesObject => ({
  ...route,
  status: {
    parents: [
      {
        parentRef: { name: 'edge', namespace: 'infra' },
        controllerName: 'example.com/gateway',
        conditions: ['Accepted', 'ResolvedRefs'].map((type) => ({
          type,
          status,
          reason: 'Said',
          observedGeneration: route.metadata.generation,
        })),
      },
    ],
  },
});

/** A route, and a gateway that answers every write so many seconds later. `undefined`: never. */
function gateway(delay: number | undefined, annotations: Readonly<Record<string, string>> = {}, status: 'True' | 'False' = 'True'): Stage {
  const on = stage();
  const route = readRoute('one-rule');
  on.cluster.put(HTTPRoute, { ...route, metadata: { ...route.metadata, annotations } });
  on.cluster.put(HTTPRoute, answered(routeOf(on)));
  on.cluster.reacting = (object) => {
    if (object.kind !== 'HTTPRoute' || delay === undefined) return;
    if (delay === 0) on.cluster.put(HTTPRoute, answered(object, status));
    else void on.clock.sleep(delay).then(() => on.cluster.put(HTTPRoute, answered(routeOf(on), status)));
  };
  return on;
}

const routeOf = ({ cluster }: Stage): KubernetesObject => {
  const found = cluster.find(HTTPRoute, 'agent');
  if (found === undefined) throw new Error('There is no route.');
  return found;
};
const weightOf = (on: Stage): number => gatewayApi.weight([routeOf(on)], app);
const order = (on: Stage, more: Partial<Shift> = {}): Promise<Shifted> => on.clock.until(shift(on.world, { ...request, ...more }));
const routeWrites = ({ cluster }: Stage): number => cluster.writes().length;

describe('shift', () => {
  it.each([0, 4])('writes the split and our epoch in one change, and waits for every parent (%i s)', async (delay) => {
    const on = gateway(delay);
    const { wrote, objects } = await order(on);
    expect([wrote, weightOf(on), routeWrites(on)]).toEqual([true, 25, 1]);
    expect(routeOf(on).metadata.annotations?.[epochAnnotation]).toBe('3');
    expect(objects).toEqual([routeOf(on)]);
    expect(on.clock.monotonic() - 1000).toBe(delay);
  });

  it('writes nothing when all is as ordered', async () => {
    const on = gateway(0);
    await order(on);
    const { wrote } = await order(on);
    expect([wrote, routeWrites(on)]).toEqual([false, 1]);
  });

  it('writes an equal weight once for the epoch: the first touch is a claim', async () => {
    const on = gateway(0, { [epochAnnotation]: '2' });
    expect(await order(on, { weight: 0 })).toMatchObject({ wrote: true });
    expect([weightOf(on), routeOf(on).metadata.annotations?.[epochAnnotation]]).toEqual([0, '3']);
  });

  it('as found leaves the split alone and takes the epoch', async () => {
    const on = gateway(0);
    await order(on, { epoch: 1, weight: 50 });
    const before = routeOf(on)['spec'];
    expect(await order(on, { epoch: 2, weight: 'as-found' })).toMatchObject({ wrote: true });
    expect(routeOf(on)['spec']).toEqual(before);
    expect(routeOf(on).metadata.annotations?.[epochAnnotation]).toBe('2');
    expect(await order(on, { epoch: 2, weight: 'as-found' })).toMatchObject({ wrote: false });
  });

  it('touches nothing but weights and its annotation', async () => {
    const on = gateway(undefined, { note: 'mine' });
    const before = routeOf(on);
    await expect(order(on, { acceptWithin: 1 })).rejects.toMatchObject({ code: 'ROUTE_NOT_ACCEPTED' });
    const [reset] = gatewayApi.withWeight([routeOf(on)], app, 0);
    expect(reset?.['spec']).toEqual(before['spec']);
    expect(routeOf(on).metadata.annotations).toEqual({ note: 'mine', [epochAnnotation]: '3' });
  });

  it.each(['4', '4000'])('does not write after a successor with epoch %s', async (epoch) => {
    const on = gateway(0, { [epochAnnotation]: epoch });
    await expect(order(on)).rejects.toMatchObject({ code: 'LOCK_LOST', what: `The route carries epoch ${epoch}, and this run has 3.` });
    expect(routeWrites(on)).toBe(0);
  });

  it.each(['', 'nonsense', '-5', '99999999999999999999'])('an epoch that cannot be read (%j) is older than ours', async (epoch) => {
    const on = gateway(0, { [epochAnnotation]: epoch });
    expect(await order(on)).toMatchObject({ wrote: true });
  });

  it('reads again after a conflict, and keeps what was written in between', async () => {
    const on = gateway(0);
    let meddled = 2;
    on.cluster.failing = ({ verb }) => {
      if (verb === 'replace' && meddled-- > 0)
        on.cluster.put(HTTPRoute, { ...routeOf(on), metadata: { ...routeOf(on).metadata, labels: { round: String(meddled) } } });
      return undefined;
    };
    expect(await order(on)).toMatchObject({ wrote: true });
    expect([weightOf(on), routeOf(on).metadata.labels]).toEqual([25, { round: '0' }]);
    expect(on.cluster.calls.filter(({ verb }) => verb === 'replace')).toHaveLength(3);
  });

  it('does not read again what was seen a moment ago, unless somebody wrote since', async () => {
    const on = gateway(0);
    const asked = (): readonly string[] => on.cluster.calls.splice(0).flatMap(({ verb }) => (verb === 'watch' ? [] : [verb]));
    const look = () => new Map([['agent', routeOf(on)]]);
    expect(await order(on, { seen: look() })).toMatchObject({ wrote: true });
    expect([weightOf(on), asked()]).toEqual([25, ['replace']]);
    const seen = look();
    on.cluster.put(HTTPRoute, { ...routeOf(on), metadata: { ...routeOf(on).metadata, labels: { by: 'someone' } } });
    expect(await order(on, { seen, weight: 50 })).toMatchObject({ wrote: true });
    expect([weightOf(on), routeOf(on).metadata.labels, asked()]).toEqual([50, { by: 'someone' }, ['replace', 'get', 'replace']]);
  });

  describe('where somebody moved the split since the look that an order comes from', () => {
    const moved = async (to: number) => {
      const on = gateway(0);
      await order(on, { weight: 25 });
      const seen = new Map([['agent', routeOf(on)]]);
      const [theirs] = gatewayApi.withWeight([routeOf(on)], app, to);
      on.cluster.put(HTTPRoute, theirs ?? routeOf(on));
      return { on, seen };
    };

    it.each([0, 10, 80])('more is not written over their %i %%, and what was ordered is not what stands there', async (to) => {
      const { on, seen } = await moved(to);
      const { wrote, objects } = await order(on, { seen, weight: 50 });
      expect([wrote, weightOf(on), gatewayApi.weight(objects, app)]).toEqual([false, to, 50]);
      expect(on.lines.join('\n')).toContain('HTTPRoute shop/agent: somebody moved the split since it was last looked at.');
    });

    it.each([0, 10])('less is: %i %% for the canary', async (weight) => {
      const { on, seen } = await moved(80);
      expect(await order(on, { seen, weight })).toMatchObject({ wrote: true });
      expect(weightOf(on)).toBe(weight);
    });

    it('less than it had, but more than somebody has left it, is not written either', async () => {
      const on = gateway(0);
      await order(on, { weight: 100 });
      const seen = new Map([['agent', routeOf(on)]]);
      const [theirs] = gatewayApi.withWeight([routeOf(on)], app, 0);
      on.cluster.put(HTTPRoute, theirs ?? routeOf(on));
      expect(await order(on, { seen, weight: 50 })).toMatchObject({ wrote: false });
      expect(weightOf(on)).toBe(0);
    });

    it('an order that comes from no look is written', async () => {
      const { on } = await moved(0);
      expect(await order(on, { weight: 50 })).toMatchObject({ wrote: true });
      expect(weightOf(on)).toBe(50);
    });
  });

  it('gives up on a writer that never stops, and says where to look', async () => {
    const on = gateway(0);
    on.cluster.failing = ({ verb }) => {
      if (verb === 'replace') on.cluster.put(HTTPRoute, { ...routeOf(on) });
      return undefined;
    };
    await expect(order(on)).rejects.toMatchObject({ code: 'CLUSTER_CONFLICT', remedy: expect.stringContaining('managedFields') });
  });

  it('sees a successor that came between two tries', async () => {
    const on = gateway(0);
    on.cluster.failing = ({ verb }) => {
      if (verb === 'replace')
        on.cluster.put(HTTPRoute, { ...routeOf(on), metadata: { ...routeOf(on).metadata, annotations: { [epochAnnotation]: '9' } } });
      return undefined;
    };
    await expect(order(on)).rejects.toMatchObject({ code: 'LOCK_LOST' });
  });

  it.each([
    ['never answers', undefined, 'True', /within 30 s: .*has not said Accepted=True about generation 2/],
    ['refuses', 0, 'False', /within 30 s: .*says Accepted=False/],
    ['answers too late', 31, 'True', /within 30 s/],
  ] as const)('a parent that %s is a failure', async (_, delay, status, what) => {
    const on = gateway(delay, {}, status);
    await expect(order(on)).rejects.toMatchObject({ code: 'ROUTE_NOT_ACCEPTED', what: expect.stringMatching(what) });
    expect(on.clock.monotonic() - 1000).toBe(30);
  });

  it('a split that was ordered before but never accepted is not taken for done', async () => {
    const on = gateway(undefined);
    await expect(order(on)).rejects.toMatchObject({ code: 'ROUTE_NOT_ACCEPTED' });
    await expect(order(on)).rejects.toMatchObject({ code: 'ROUTE_NOT_ACCEPTED' });
    expect(routeWrites(on)).toBe(1);
  });

  it('says so when there is no route', async () => {
    const on = gateway(0);
    on.cluster.remove(HTTPRoute, 'agent');
    await expect(order(on)).rejects.toMatchObject({ code: 'ROUTE_UNUSABLE' });
  });

  it('a route that was there and is gone sends nobody to the canary: that is weight 0, and nothing else', async () => {
    const on = gateway(0);
    on.cluster.remove(HTTPRoute, 'agent');
    expect(await order(on, { weight: 0, mayBeGone: true })).toEqual({ objects: [], ordered: [], wrote: false });
    for (const refused of [{ weight: 0 }, { weight: 25, mayBeGone: true }, { weight: 'as-found', mayBeGone: true }] as const)
      await expect(order(on, refused)).rejects.toMatchObject({ code: 'ROUTE_UNUSABLE' });
    expect(on.cluster.writes()).toEqual([]);
  });

  it.each([
    ['the account may not', forbidden, 'CLUSTER_FORBIDDEN'],
    ['the API server is silent', unreachable, 'CLUSTER_UNREACHABLE'],
  ] as const)('says so when %s', async (_, failing, code) => {
    const on = gateway(0);
    on.cluster.failing = failing;
    await expect(order(on)).rejects.toMatchObject({ code });
  });

  it('is interrupted while it waits, and says that it was', async () => {
    const on = gateway(undefined);
    const cancel = new AbortController();
    const shifting = shift(on.world, { ...request, signal: cancel.signal });
    await on.clock.pass(5);
    cancel.abort(new Error('cancelled'));
    await expect(on.clock.until(shifting)).rejects.toThrow('cancelled');
  });
});

describe('a canary that is its own route', () => {
  const byPods = { ...request, router: replicas, app: { ...app, oneService: true } } as const;
  it.each([0, 'as-found'] as const)('may be missing at %s: then there is nothing to write', async (weight) => {
    const on = stage();
    expect(await on.clock.until(shift(on.world, { ...byPods, weight }))).toEqual({ objects: [], ordered: [], wrote: false });
    expect(on.cluster.writes()).toEqual([]);
  });
  it('may not be missing when it is to get users', async () => {
    const on = stage();
    await expect(on.clock.until(shift(on.world, { ...byPods, weight: 25 }))).rejects.toMatchObject({ code: 'ROUTE_UNUSABLE' });
  });
});

it('what has to be done once the order is written is done before it is accepted', async () => {
  const on = gateway(undefined);
  const seen: number[] = [];
  const ordered = (objects: readonly KubernetesObject[]) => {
    seen.push(gatewayApi.weight(objects, app), weightOf(on));
    on.cluster.put(HTTPRoute, answered(routeOf(on)));
    return Promise.resolve();
  };
  await order(on, { ordered });
  expect(seen).toEqual([25, 25]);
});
