import { afterAll, expect, it } from '@jest/globals';
import { runLanes } from '../faults/lanes.ts';
import { startLab } from '../lab/lab.ts';
import { startLoad } from '../lab/load.ts';
import { type Kill, killText, makeSubject, runKill, undisturbed } from './kills.ts';

const starting = startLab({ name: 'blue-green-kills' });
afterAll(async () => (await starting).stop());

const minutes = 60_000;
const lanes = 4;

it(
  'SIGKILL at every write of a switch between colours, its answer heard or not: the next run repairs it, and no request fails',
  async () => {
    const lab = await starting;
    const subjects = await Promise.all(
      Array.from({ length: lanes }, (_, lane) => makeSubject(lab, `kills-${lane + 1}`, (app) => startLoad(app.load(30)))),
    );
    try {
      const [first] = subjects;
      const writes = first === undefined ? [] : await undisturbed(first);
      expect(writes.filter((write) => write.includes('httproutes'))).toHaveLength(2);
      expect(writes.length).toBeGreaterThan(9);
      const kills = writes.flatMap((_, index) =>
        [true, false].flatMap((heard) => (['same image', 'other image'] as const).map((next): Kill => ({ write: index + 1, heard, next }))),
      );
      expect(await runLanes({ name: 'kills of a switch between colours', text: killText, run: runKill }, subjects, kills)).toEqual([]);
    } finally {
      await Promise.all(subjects.map(({ load }) => load.stop()));
    }
  },
  60 * minutes,
);
