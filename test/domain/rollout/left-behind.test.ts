import { expect, it } from '@jest/globals';
import type { GuardianSign } from '../../../src/domain/guardian/sign.ts';
import type { RecordedPhase } from '../../../src/domain/rollout/effect.ts';
import type { LeaseView } from '../../../src/domain/rollout/lease.ts';
import { beatOf, isInHands, isLeft, isTidy } from '../../../src/domain/rollout/left-behind.ts';

const leaseOf = (phase: RecordedPhase, holder: string, more: Partial<LeaseView> = {}): LeaseView => ({
  holder,
  epoch: 5,
  resourceVersion: '1',
  durationSeconds: 60,
  sign: 's',
  rollout: { phase, weight: 25, container: 'app', image: 'new', previousImage: 'old', run: 'page', since: 's', deadline: 3600 },
  ...more,
});
const watching: GuardianSign = { is: 'watching', pod: 'p', epoch: 5, beat: 'b' };
const pausing: GuardianSign = { ...watching, is: 'pausing', passed: 60 };
const acted: GuardianSign = { is: 'acted', pod: 'p', epoch: 5, at: 't', after: 'run-0', did: 'It did.' };
const pins = [
  { kind: 'HorizontalPodAutoscaler', name: 'agent', fields: [{ field: 'minReplicas', former: 2, pinned: 4 }] },
] satisfies NonNullable<LeaseView['capacity']>['pins'];

it.each<readonly [RecordedPhase, string, boolean]>([
  ['resting', 'run-0', false],
  ['promoted', 'run-0', false],
  ['preparing', 'run-0', true],
  ['stages', '', true],
  ['emptying', '', true],
  ['restoring', 'run-0', true],
  ['paused', 'run-0', true],
  ['paused', '', true],
])('a rollout in the phase %s, held by "%s", was left: %s', (phase, holder, expected) => {
  expect(isLeft(leaseOf(phase, holder))).toBe(expected);
  expect(isLeft(undefined)).toBe(false);
});

it.each([
  ['resting', 'run-0', watching, true],
  ['promoted', 'run-0', watching, true],
  ['resting', '', acted, true],
  ['resting', '', watching, false],
  ['paused', '', pausing, false],
  ['paused', 'run-0', pausing, true],
  ['stages', '', pausing, true],
] as const)('with a guardian: in the phase %s, held by `%s`', (phase, holder, guardian, expected) => {
  expect(isLeft(leaseOf(phase, holder, { guardian }))).toBe(expected);
});

it.each([
  ['promoted', 'run-0', { pins, copied: false }, true],
  ['promoted', '', { pins: [], copied: true }, true],
  ['promoted', '', { pins: [], copied: false }, false],
  ['resting', '', { pins, copied: false }, false],
] as const)("stable's autoscaler as a rollout in the phase %s left it, held by `%s`: %j", (phase, holder, capacity, expected) => {
  expect(isLeft(leaseOf(phase, holder, { capacity }))).toBe(expected);
});

it('what is left is never tidy', () => {
  for (const phase of ['resting', 'promoted', 'stages', 'paused', 'emptying'] as const)
    for (const holder of ['', 'run-0'])
      for (const guardian of [undefined, watching, pausing, acted])
        for (const capacity of [undefined, { pins, copied: true }]) {
          const lease = leaseOf(phase, holder, { ...(guardian && { guardian }), ...(capacity && { capacity }) });
          expect([isLeft(lease) && isTidy(lease), isInHands(lease) && (isLeft(lease) || isTidy(lease))]).toEqual([false, false]);
        }
  expect(isTidy(undefined)).toBe(true);
});

it('a beat is told from another, and from that of another pod', () => {
  const beats = [watching, pausing, { ...watching, pod: 'q' }, { ...watching, beat: 'c' }, acted].map((guardian) =>
    beatOf(leaseOf('paused', '', { guardian })),
  );
  expect(beats).toEqual(['p b', 'p b', 'q b', 'p c', '']);
});
