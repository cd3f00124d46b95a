import { describe, expect, it } from '@jest/globals';
import { inFlight, isAnswered } from '../../../src/domain/rollback/in-flight.ts';
import { type RecordedPhase, recordedPhases } from '../../../src/domain/rollout/effect.ts';
import { type LeaseView, readLease } from '../../../src/domain/rollout/lease.ts';

const bare = readLease({ apiVersion: '', kind: '', metadata: { name: 'wf-deploy-agent' } });
const canary = (phase: RecordedPhase): LeaseView => ({
  ...bare,
  rollout: { phase, weight: 25, container: 'api', image: 'agent:v2', previousImage: 'agent:v1', run: 'run-1', since: '' },
});
const rolling = (phase: 'resting' | 'writing' | 'returning'): LeaseView => ({
  ...bare,
  rolling: { phase, key: '', run: 'run-1', since: '' },
});

describe('what is in flight', () => {
  it('is nothing without a Lease, and after everything has ended', () => {
    for (const lease of [undefined, bare, canary('resting'), rolling('resting')]) expect(inFlight(lease)).toBeUndefined();
  });

  it.each(recordedPhases.filter((phase) => phase !== 'resting'))('a canary in the phase %s', (phase) => {
    expect(inFlight(canary(phase))).toMatchObject({
      is: 'canary',
      image: 'agent:v2',
      previousImage: 'agent:v1',
      settled: phase === 'promoted',
    });
  });

  it.each(['writing', 'returning'] as const)('a rolling update in the phase %s', (phase) => {
    expect(inFlight(rolling(phase))).toEqual({ is: 'rolling', run: 'run-1' });
  });
});

describe('stopping it is all that was asked for', () => {
  it.each([
    [canary('stages'), 'previous', true],
    [canary('promoting'), 'previous', true],
    [canary('stages'), 'last-known-good', true],
    [canary('promoted'), 'previous', false],
    [canary('stages'), 'revision', false],
    [rolling('writing'), 'previous', true],
    [undefined, 'previous', false],
  ] as const)('%#', (lease, kind, expected) => expect(isAnswered(inFlight(lease), { kind })).toBe(expected));
});
