import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { gatewayApi } from '../../src/domain/traffic/gateway-api.ts';
import { istio } from '../../src/domain/traffic/istio.ts';
import { nginxIngress } from '../../src/domain/traffic/nginx-ingress.ts';
import type { Router } from '../../src/domain/traffic/router.ts';
import { auditEntries } from '../lab/audit.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { manifests } from '../rollout/example-service.ts';
import { routerCases } from '../rollout/router-cases.ts';
import { epochIn, followRoute } from './route-history.ts';
import { guard, handsOf, moveWeight, type Place, succeed, takeLock, worldOf } from './writers.ts';

const minutes = 60_000;
const races = 200;
/** Side by side, each on a route of its own. */
const lanes = 4;

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ name: 'races' });
}, 5 * minutes);
afterAll(async () => await lab.stop());

/** A namespace with a route and a Lease, and nothing that runs. */
async function placeFor(router: Router, namespace: string): Promise<Place> {
  await lab.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const objects =
    router.name === gatewayApi.name
      ? (await manifests('nobody/pulls:this')).filter(({ kind }) => kind === 'HTTPRoute' || kind === 'Service')
      : (routerCases.find((each) => each.router.name === router.name && each.subsets === undefined)?.objects(namespace) ?? []);
  for (const object of objects) await lab.client.apply({ ...object, metadata: { ...(object['metadata'] as object), namespace } });
  const app = { service: 'agent', namespace, route: router.defaultRoute('agent'), canaryService: 'agent-canary' };
  return { lab, router, app };
}

/** One race: a run moves weight and does not know that it is taken for dead. A guardian and another run take over, at a moment of chance. */
async function race(place: Place, round: number): Promise<{ readonly orders: number; readonly acted: readonly string[] }> {
  const name = `${place.app.namespace}-${round}`;
  const run = worldOf(place, `${name}-run`);
  const other = worldOf(place, `${name}-other`);
  const hands = handsOf(place, `${name}-guardian`);
  const lock = await takeLock(place, run);
  try {
    const begun = Promise.withResolvers<void>();
    const moving = moveWeight(place, run, lock, begun.resolve);
    await begun.promise;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
    const successors = { guardian: () => guard(hands, run.run.holder), run: () => succeed(place, other, run.run.holder) };
    const racing = round % 3 === 0 ? (['guardian', 'run'] as const) : round % 3 === 1 ? (['guardian'] as const) : (['run'] as const);
    const ends = await Promise.all(racing.map((each) => successors[each]()));
    return { orders: await moving, acted: ends.filter((end) => end === 'acted') };
  } finally {
    lock.stop();
    for (const each of [run, other, hands]) each.close();
  }
}

/** A run that waited for a parent's word after each order would not give the next one while it is being overtaken. */
const atOnce = (router: Router): Router => ({ ...router, accepted: () => ({ is: 'accepted' }) });

describe('two hundred races between a run and its successors', () => {
  it.each([gatewayApi, istio, nginxIngress].map(atOnce))(
    'on $name: no write of an earlier epoch ever follows one of a later epoch',
    async (router) => {
      const tally = { orders: 0, writes: 0, refused: 0 };
      const lane = async (_: unknown, index: number): Promise<void> => {
        const place = await placeFor(router, `${router.name}-${index + 1}`);
        const history = await followRoute(place);
        for (let round = 1; round <= races / lanes; round += 1) {
          const { orders, acted } = await race(place, round);
          expect(acted).toHaveLength(1);
          tally.orders += orders;
        }
        const epochs = (await history.stop()).map(epochIn);
        expect(epochs).toEqual(epochs.toSorted((one, other) => one - other));
        // A run, and the one or two that came after it.
        expect(new Set(epochs).size).toBeGreaterThanOrEqual((2 * races) / lanes);
        const entries = await auditEntries(lab, { verbs: ['update'], resources: router.kinds.map(({ resource }) => resource) });
        const here = entries.filter(({ namespace, subresource }) => namespace === place.app.namespace && subresource === undefined);
        const stored = here.filter(({ code }) => code === 200);
        // The watch has seen each of them.
        const written = new Set(stored.map(({ requestObject }) => epochIn(requestObject as KubernetesObject)));
        expect([...written].every((epoch) => epochs.includes(epoch))).toBe(true);
        tally.writes += stored.length;
        tally.refused += here.filter(({ code }) => code === 409).length;
      };
      await Promise.all(Array.from({ length: lanes }, lane));
      process.stdout.write(
        `races, ${router.name}: ${races} races, ${tally.writes} writes of routes, ${tally.refused} refused as too late, none of an earlier epoch after a later one\n`,
      );
      // Otherwise nobody ever raced.
      expect(tally.refused).toBeGreaterThan(races / 20);
      expect(tally.orders).toBeGreaterThan(races);
    },
    15 * minutes,
  );
});
