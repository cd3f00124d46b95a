import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { guardianHolder, guardianName, isGuardian } from '../../../src/domain/guardian/name.ts';

it('is the name of the service behind ours', () => expect(guardianName('agent')).toBe('wf-deploy-guardian-agent'));

it('is a label whatever the service is called, and tells services apart', () => {
  const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
  fc.assert(
    fc.property(label, label, (one, other) => {
      expect(guardianName(one)).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
      expect(guardianName(one) === guardianName(other)).toBe(one === other);
    }),
  );
});

it('tells apart long names that begin alike', () => {
  const long = 'a'.repeat(50);
  expect(guardianName(`${long}-one`)).not.toBe(guardianName(`${long}-two`));
});

it('knows a guardian by what it holds the Lease as', () => {
  expect(isGuardian(guardianHolder('wf-deploy-guardian-agent-x7'))).toBe(true);
  expect(isGuardian('https://github.com/example/agent/actions/runs/1/attempts/1#canary-1')).toBe(false);
});
