import { expect, it } from '@jest/globals';
import { Service } from '../../../src/domain/kubernetes/kinds.ts';
import { routers } from '../../../src/domain/traffic/index.ts';
import { preflight } from '../../../src/flows/canary/preflight.ts';
import { service } from '../../domain/rollout/deployments.ts';
import { planOf, shop } from './shop.ts';

it('says once of a router that is legacy, and nothing of any other', async () => {
  const legacy = Object.values(routers).filter((router) => router.legacy !== undefined);
  expect(legacy.map(({ name }) => name)).toEqual(['nginx-ingress']);
  const said = legacy[0]?.legacy ?? '';
  expect(said).toContain('archived in March 2026');
  const notesOf = async (more: object): Promise<readonly string[]> => {
    const on = shop();
    const plan = planOf();
    return (await on.clock.until(preflight(on.world, { ...plan, router: { ...plan.router, ...more } }))).notes;
  };
  expect((await notesOf({ legacy: said })).filter((note) => note === said)).toHaveLength(1);
  expect(await notesOf({})).not.toContain(said);
});

it("refuses a canary's Service without the port that the route names", async () => {
  const on = shop();
  on.cluster.put(Service, service('agent-canary', { app: 'agent-canary' }, [{ name: 'other', port: 9999, targetPort: 8080 }]));
  await expect(on.clock.until(preflight(on.world, planOf()))).rejects.toThrow(
    'Service agent-canary has no port 80, by which the route leads',
  );
});
