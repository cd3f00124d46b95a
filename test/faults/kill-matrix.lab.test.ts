import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pullNodeImage } from '../guardian/pull-node-image.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { runCells } from './cell.ts';
import { allMoments, kills } from './cells.ts';
import { journeys, type Moment } from './journeys.ts';
import { gatewaySubject, type Subject } from './subject.ts';

const minutes = 60_000;
/** Cells wait more than they work. */
const lanes = 6;

describe('SIGKILL after each write of a run behind gateway-api', () => {
  let lab: Lab;
  let subjects: readonly Subject[];
  let moments: readonly Moment[];
  beforeAll(async () => {
    lab = await startLab({ name: 'kill-matrix' });
    await pullNodeImage(lab);
    subjects = await Promise.all(Array.from({ length: lanes }, (_, lane) => gatewaySubject(lab, `lane-${lane + 1}`)));
    moments = await allMoments(subjects, journeys);
  }, 20 * minutes);
  afterAll(async () => {
    await Promise.all(subjects.map((subject) => subject.stop()));
    await lab.stop();
  });

  it('has every kind of write among its moments', () => {
    const writes = moments.map(({ write }) => write);
    expect(writes).toEqual(
      expect.arrayContaining([
        'lease taken',
        'jobs created',
        'route 50 %',
        'agent image',
        'lease says restoring 100 %',
        'lease given away',
      ]),
    );
    expect(moments.length).toBeGreaterThan(35);
  });

  it(
    'leaves stable with all users, nothing behind and no request failed, by the guardian or by the next run',
    async () => {
      const failures = await runCells('kill matrix, gateway-api', subjects, kills(moments));
      expect(failures).toEqual([]);
    },
    45 * minutes,
  );
});
