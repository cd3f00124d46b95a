import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startLab } from '../lab/lab.ts';
import { routerCases } from '../rollout/router-cases.ts';
import { runCells } from './cell.ts';
import { allMoments, everyKill, kills, lateWrites, lostAnswers } from './cells.ts';
import { type Journey, journeys, journeysBack, journeysByPods, journeysConfigured, type Moment } from './journeys.ts';
import { configuredSubject, gatewaySubject, podsSubject, routerSubject, type Subject } from './subject.ts';

const minutes = 60_000;
const lanes = 6;

const starting = startLab({ name: 'kill-matrix-long' });
const workspace = mkdtempSync(join(tmpdir(), 'kill-matrix-'));
beforeAll(() => starting, 180_000);
afterAll(async () => {
  rmSync(workspace, { recursive: true });
  await (await starting).stop();
});

/** Does a work on some subjects of its own, with the moments of all journeys. */
async function onSubjects<T>(
  name: string,
  make: (namespace: string) => Promise<Subject>,
  work: (subjects: readonly Subject[], moments: readonly Moment[]) => Promise<T>,
  made: readonly Journey[] = journeys,
): Promise<T> {
  const subjects = await Promise.all(Array.from({ length: lanes }, (_, lane) => make(`${name}-${lane + 1}`)));
  try {
    return await work(subjects, await allMoments(subjects, made));
  } finally {
    await Promise.all(subjects.map((subject) => subject.stop()));
    // The node has room for a hundred pods, and other subjects come.
    const { client } = await starting;
    await Promise.all(subjects.map(({ app }) => client.delete({ apiVersion: 'v1', kind: 'Namespace', name: app.namespace })));
  }
}

describe('faults at each write of a run', () => {
  it(
    'behind gateway-api: killed in every way, stable has all users, nothing is left behind and no request failed',
    async () => {
      const lab = await starting;
      const failures = await onSubjects(
        'every',
        (namespace) => gatewaySubject(lab, namespace),
        (subjects, moments) => runCells('kill matrix, gateway-api, every way', subjects, everyKill(moments)),
      );
      expect(failures).toEqual([]);
    },
    60 * minutes,
  );

  it(
    'behind gateway-api: with its answer lost, the run ends as it would have',
    async () => {
      const lab = await starting;
      const failures = await onSubjects(
        'lost',
        (namespace) => gatewaySubject(lab, namespace),
        (subjects, moments) => runCells('lost answers, gateway-api', subjects, lostAnswers(moments)),
      );
      expect(failures).toEqual([]);
    },
    60 * minutes,
  );

  it(
    'behind gateway-api: arriving when the next run has the users, it disturbs nobody',
    async () => {
      const lab = await starting;
      const failures = await onSubjects(
        'late',
        (namespace) => gatewaySubject(lab, namespace),
        (subjects, moments) => runCells('late writes, gateway-api', subjects, lateWrites(moments)),
      );
      expect(failures).toEqual([]);
    },
    60 * minutes,
  );

  it(
    'with manifests: killed, stable has all users, nothing is left behind and no request failed',
    async () => {
      const lab = await starting;
      const failures = await onSubjects(
        'configured',
        (namespace) => configuredSubject(lab, namespace, workspace),
        (subjects, moments) => runCells('kill matrix, manifests', subjects, kills(moments)),
        journeysConfigured,
      );
      expect(failures).toEqual([]);
    },
    30 * minutes,
  );

  it(
    'back out of the return: killed, stable has all users, nothing is left behind and no request failed',
    async () => {
      const lab = await starting;
      const [of] = routerCases;
      if (of === undefined) throw new Error('There is no router case.');
      const failures = await onSubjects(
        'returned',
        // A double says what stable does: a real one that failed would fail its load.
        (namespace) => routerSubject(lab, namespace, of),
        (subjects, moments) => {
          expect(moments.map(({ write }) => write)).toEqual(
            expect.arrayContaining(['lease says restoring 100 %', 'agent image', 'route 100 %']),
          );
          return runCells('kill matrix, back out of the return', subjects, kills(moments));
        },
        journeysBack,
      );
      expect(failures).toEqual([]);
    },
    30 * minutes,
  );

  it(
    'by pod counts: killed, stable has all users, nothing is left behind and no request failed',
    async () => {
      const lab = await starting;
      const failures = await onSubjects(
        'pods',
        (namespace) => podsSubject(lab, namespace),
        (subjects, moments) => runCells('kill matrix, replicas', subjects, kills(moments)),
        journeysByPods,
      );
      expect(failures).toEqual([]);
    },
    30 * minutes,
  );

  it.each(routerCases)(
    'behind $name: killed, stable has all users, nothing is left behind and no request failed',
    async (of) => {
      const lab = await starting;
      const failures = await onSubjects(
        of.namespace,
        (namespace) => routerSubject(lab, namespace, of),
        (subjects, moments) => runCells(`kill matrix, ${of.name}`, subjects, kills(moments)),
      );
      expect(failures).toEqual([]);
    },
    30 * minutes,
  );
});
