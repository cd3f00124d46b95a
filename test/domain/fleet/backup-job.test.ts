import { describe, expect, it } from '@jest/globals';
import { backupJob, backupProblem, hidesFailure, jobState, namedJob } from '../../../src/domain/fleet/backup-job.ts';

const named = { name: 'platform-backup-1', namespace: 'shop', release: 'platform' };

it('a command is a Job that is tried once, in time, without a shell', () => {
  const command = { image: 'postgres:16', command: ['pg_dumpall', '--file=$(DIR)'], secrets: ['db'], serviceAccount: undefined };
  expect(backupJob(named, command, 90.2)).toMatchObject({
    metadata: { name: 'platform-backup-1', labels: { 'wf-deploy.io/service': 'platform' } },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: 91,
      template: {
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          containers: [{ command: ['pg_dumpall', '--file=$(DIR)'], envFrom: [{ secretRef: { name: 'db' } }] }],
        },
      },
    },
  });
});

it("a user's Job gets the name and keeps the rest", () => {
  const manifest = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'dump', labels: { team: 'db' } },
    spec: { backoffLimit: 2, template: {} },
    status: {},
  };
  const made = namedJob(named, manifest);
  expect(made).toMatchObject({ metadata: { name: 'platform-backup-1', labels: { team: 'db' } }, spec: { backoffLimit: 2 } });
  expect(made).not.toHaveProperty('status');
});

it.each([
  [[], 'running'],
  [[{ type: 'Complete', status: 'True' }], 'complete'],
  [[{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded' }], 'failed'],
  [[{ type: 'Failed', status: 'False' }], 'running'],
])('conditions %j are %s', (conditions, is) =>
  expect(jobState({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, status: { conditions } }).is).toBe(is),
);

describe('what a log says', () => {
  it.each([
    ['', /nothing at all/],
    [' \n', /nothing at all/],
    ['all went well', /no line like/],
    ['0 bytes', /not more than 0/],
    ['20 bytes\n0 bytes', /not more than 0/],
  ])('%j is no backup', (log, problem) =>
    expect(backupProblem(log, '(\\d+) bytes', 0)).toEqual({ problem: expect.stringMatching(problem) }),
  );
  it('a gzip of nothing is less than is asked', () => expect(backupProblem('20 bytes', '(\\d+) bytes', 100)).toHaveProperty('problem'));
  it('no number is no backup', () => expect(backupProblem('size many', 'size (.*)', 0)).toHaveProperty('problem'));
  it('the last one counts', () => expect(backupProblem('1 bytes\n4711 bytes', '(\\d+) bytes', 10)).toEqual({ found: '4711 bytes' }));
});

it.each([
  [['sh', '-c', 'pg_dumpall | gzip > all.gz'], true],
  [['/bin/bash', '-c', 'set -o pipefail; pg_dumpall | gzip > all.gz'], false],
  [['bash', '-o', 'pipefail', '-c', 'pg_dumpall | gzip'], false],
  [['sh', '-c', 'pg_dumpall --file=all || exit 1'], false],
  [['pg_dumpall', 'a|b'], false],
  [[], false],
])('%j hides a failure: %s', (argv, hides) => expect(hidesFailure(argv)).toBe(hides));
