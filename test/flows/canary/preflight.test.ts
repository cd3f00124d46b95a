import { expect, it } from '@jest/globals';
import { routers } from '../../../src/domain/traffic/index.ts';
import { preflight } from '../../../src/flows/canary/preflight.ts';
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
