import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { runLanes } from '../faults/lanes.ts';
import { startLab } from '../lab/lab.ts';
import { startLoad } from '../lab/load.ts';
import {
  type BackKill,
  type Kill,
  killText,
  makeSubject,
  runBackKill,
  runKill,
  runOverKill,
  type Subject,
  undisturbed,
  undisturbedBack,
  undisturbedOver,
} from './kills.ts';

const starting = startLab({ name: 'blue-green-kills' });
beforeAll(() => starting, 180_000);
afterAll(async () => (await starting).stop());

const minutes = 60_000;

async function onSubjects(name: string, work: (subjects: readonly Subject[], first: Subject) => Promise<void>): Promise<void> {
  const lab = await starting;
  const make = (lane: number) => makeSubject(lab, `${name}-${lane}`, (app) => startLoad(app.load(30)));
  const subjects = await Promise.all([1, 2, 3, 4].map(make));
  try {
    await work(subjects, subjects[0] as Subject);
  } finally {
    await Promise.all(subjects.map(({ load }) => load.stop()));
  }
}

it(
  'SIGKILL at every write of a switch between colours, its answer heard or not: the next run repairs it, and no request fails',
  () =>
    onSubjects('kills', async (subjects, first) => {
      const writes = await undisturbed(first);
      expect(writes.filter((write) => write.includes('httproutes'))).toHaveLength(2);
      expect(writes.length).toBeGreaterThan(9);
      const kills = writes.flatMap((_, index) =>
        [true, false].flatMap((heard) => (['same image', 'other image'] as const).map((next): Kill => ({ write: index + 1, heard, next }))),
      );
      expect(await runLanes({ name: 'kills of a switch between colours', text: killText, run: runKill }, subjects, kills)).toEqual([]);
    }),
  60 * minutes,
);

it(
  'SIGKILL at every write of a rollback between colours: whoever comes next finishes it, and no request fails',
  () =>
    onSubjects('back', async (subjects, first) => {
      const writes = await undisturbedBack(first);
      expect(writes.length).toBeGreaterThan(7);
      const kills = writes.flatMap((_, index) =>
        (['rollback', 'deploy'] as const).map((next, other): BackKill => ({ write: index + 1, heard: (index + other) % 2 === 0, next })),
      );
      expect(await runLanes({ name: 'kills of a rollback between colours', text: killText, run: runBackKill }, subjects, kills)).toEqual(
        [],
      );
    }),
  60 * minutes,
);

it(
  'SIGKILL at every write of a rollback over a deployment that is watched: it does not come back, and no request fails',
  () =>
    onSubjects('over', async (subjects, first) => {
      const writes = await undisturbedOver(first);
      expect(writes.length).toBeGreaterThan(5);
      const kills = writes.flatMap((_, index) =>
        (['rollback', 'deploy'] as const).map((next, other): BackKill => ({ write: index + 1, heard: (index + other) % 2 === 0, next })),
      );
      const cells = { name: 'kills of a rollback over a deployment', text: killText, run: runOverKill };
      expect(await runLanes(cells, subjects, kills)).toEqual([]);
    }),
  60 * minutes,
);
