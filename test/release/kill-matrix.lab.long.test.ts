import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startLab } from '../lab/lab.ts';
import { type Kill, runKills, undisturbed } from './kills.ts';
import { makeShop, pushVersions } from './shop.ts';

const starting = startLab({ name: 'release-kills' });
beforeAll(() => starting, 180_000);
afterAll(async () => (await starting).stop());

const minutes = 60_000;
const lanes = 4;

it(
  'SIGKILL at every write of a release, its answer heard or not: the next run repairs it, whatever that wants',
  async () => {
    const lab = await starting;
    const versions = await pushVersions(lab);
    const shops = await Promise.all(
      Array.from({ length: lanes }, (_, lane) => makeShop(lab, `lane-${lane + 1}`, ['auth', 'agent', 'sql'], versions)),
    );
    const [first] = shops;
    const writes = first === undefined ? [] : await undisturbed(first);
    expect(writes.length).toBeGreaterThan(20);
    const kills = writes.flatMap((_, index) =>
      [true, false].flatMap((heard) => (['same images', 'other images'] as const).map((next): Kill => ({ write: index + 1, heard, next }))),
    );
    expect(await runKills(shops, kills)).toEqual([]);
  },
  60 * minutes,
);
