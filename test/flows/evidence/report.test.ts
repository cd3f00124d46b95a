import { expect, it } from '@jest/globals';
import { Failure } from '../../../src/failure.ts';
import { flow } from '../../../src/flows/evidence/index.ts';
import { evidenceOutputNames, reportEvidence } from '../../../src/flows/evidence/report.ts';

const plan = { service: 'agent', environment: 'staging', image: undefined, commit: undefined, otherBuilds: true };
const digest = `sha256:${'1'.repeat(64)}`;
const deployment = {
  id: 1,
  service: 'agent',
  image: `a/b@${digest}`,
  digest,
  tree: undefined,
  key: undefined,
  commit: '',
  state: 'success',
  at: '',
} as const;

it('says what passed', () => {
  const { outputs, succeeded, summary } = reportEvidence(plan, { is: 'passed', by: 'digest', deployment, text: 'This digest passed.' });
  expect([succeeded, outputs]).toEqual([
    true,
    { outcome: 'passed', reason: 'This digest passed.', staged: 'true', digest, image: `a/b@${digest}` },
  ]);
  expect(summary).toContain('✅ agent: passed staging');
  expect(Object.keys(outputs)).toEqual(evidenceOutputNames);
});

it('a missing evidence is an answer', () => {
  const { outputs, succeeded, summary } = reportEvidence(plan, { is: 'missing', text: 'There is <b>none</b>.' });
  expect([succeeded, outputs]).toEqual([
    true,
    { outcome: 'missing', reason: 'There is <b>none</b>.', staged: 'false', digest: '', image: '' },
  ]);
  expect(summary).not.toContain('<b>');
});

it('inputs that cannot be used are never staged', () => {
  const { outputs, succeeded } = flow.refused(new Failure('INPUT_INVALID', 'No.', 'Yes.'));
  expect([succeeded, outputs]).toEqual([false, { outcome: 'not-started', reason: 'No.', staged: 'false' }]);
});
