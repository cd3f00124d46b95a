import { describe, expect, it } from '@jest/globals';
import type { Standing } from '../../../src/domain/rollout/standing.ts';
import { headline, standingRows } from '../../../src/domain/rollout/standing-text.ts';

const resting: Standing = {
  service: 'agent',
  namespace: 'shop',
  at: '2026-03-01T10:00:00Z',
  phase: 'resting',
  paused: false,
  stage: '',
  weight: 0,
  since: '',
  image: '',
  previousImage: '',
  run: '',
  holder: '',
  alive: null,
  epoch: 3,
  guardian: { says: 'none', text: 'it has said nothing; no Job of it is there', alive: false },
  request: null,
  open: [],
  evidence: null,
  lastKnownGood: '',
  lastEnd: { epoch: 3, outcome: 'rolled-back', text: 'The canary failed.', run: 'page', at: '2026-03-01T09:00:00Z' },
  stable: { name: 'agent', image: 'agent:v1', replicas: 2, ready: 1, pods: [{ name: 'agent-1', ready: false }] },
  canary: { name: 'agent-canary', image: '', replicas: 0, ready: 0, pods: [] },
  notKnown: [],
};
const row = (standing: Standing, name: string): string | undefined => standingRows(standing).find(([each]) => each === name)?.[1];

describe('in one sentence', () => {
  it.each<readonly [string, Partial<Standing>, string]>([
    ['at rest', {}, 'agent: resting, with 0 % on the canary; no run goes on, the last one ended as `rolled-back`.'],
    [
      'at rest, with a rolling update that was left open',
      { open: ['A rolling update is open.'] },
      'agent: resting, with 0 % on the canary; no run goes on, the last one ended as `rolled-back`. A rolling update is open.',
    ],
    [
      'taken back by its guardian, after another one that had ended',
      { phase: 'emptying', run: 'page-2', since: '2026-03-01T09:30:00Z' },
      'agent: emptying, with 0 % on the canary; no run goes on, the last one did not say how it ended.',
    ],
    [
      'at rest, with a last word that did not come any more',
      { run: 'page-2', since: '2026-03-01T09:30:00Z' },
      'agent: resting, with 0 % on the canary; no run goes on, the last one did not say how it ended.',
    ],
    [
      'at rest, after an action of another kind since',
      { run: 'page-0', since: '2026-03-01T08:00:00Z' },
      'agent: resting, with 0 % on the canary; no run goes on, the last one ended as `rolled-back`.',
    ],
    [
      'left in a pause by its own run, whose clock is another one',
      { phase: 'paused', paused: true, run: 'page', weight: 25, since: '2026-03-01T09:30:00Z' },
      'agent: paused, with 25 % on the canary; no run goes on, the last one ended as `rolled-back`.',
    ],
    [
      'in a stage',
      { phase: 'stages', stage: '2/4', weight: 25, holder: 'run-1', alive: true },
      'agent: stages, stage 2/4, with 25 % on the canary; run run-1 lives.',
    ],
    [
      'dead',
      { phase: 'stages', stage: '2/4', weight: 25, holder: 'run-1', alive: false },
      'agent: stages, stage 2/4, with 25 % on the canary; run run-1 gave no sign of life.',
    ],
    [
      'unread',
      { phase: null, weight: null, holder: null, lastEnd: null },
      'agent: not known, with a weight that is not known; who holds the Lease is not known.',
    ],
  ])('%s', (_, more, text) => expect(headline({ ...resting, ...more })).toBe(text));
});

describe('row by row', () => {
  it('what is missing and what is not known are two things', () => {
    expect(row(resting, 'canary')).toBe('agent-canary is not there');
    expect(row({ ...resting, canary: null }, 'canary')).toBe('not known');
    expect(row({ ...resting, notKnown: ['the canary: no rights'] }, 'not known')).toBe('the canary: no rights');
    expect(row(resting, 'stable')).toBe('agent: 1 of 2 pods ready, agent:v1; agent-1 (not ready)');
  });

  it('what is open beside a canary has a row each', () => {
    const rows = standingRows({ ...resting, open: ['A rolling update is open.', 'A rollback is not confirmed.'] });
    expect(rows.filter(([name]) => name === 'open').map(([, what]) => what)).toEqual([
      'A rolling update is open.',
      'A rollback is not confirmed.',
    ]);
  });

  it('tells who asked for what, and how long a pause may last', () => {
    const request = { id: 'x', what: 'pause', epoch: 3, who: 'alice', why: '', at: 'now', run: '' } as const;
    expect(row({ ...resting, request }, 'asked for')).toBe('pause by alice, not yet answered (now)');
    const guardian = { says: 'pausing', text: 'keeps a deadline', alive: true, deadline: 14_400, passed: 3600 } as const;
    expect(row({ ...resting, guardian }, 'guardian')).toBe('keeps a deadline, 3h left (it beats)');
  });

  it('leaves out what there is not', () => {
    const names = standingRows(resting).map(([name]) => name);
    expect(names).not.toContain('asked for');
    expect(names).not.toContain('stage');
    expect(names).toContain('last end');
  });
});
