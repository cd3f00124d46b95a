import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Failure } from '../../../src/failure.ts';
import { refusedRollback, reportRollback, unconfirmedRollback } from '../../../src/flows/rollback/report.ts';
import type { RollbackResult } from '../../../src/flows/rollback/result.ts';
import { unhold } from '../../../src/flows/rollback/unhold.ts';
import { next } from '../stage/shop.ts';
import { back, unholdPlan, updated } from './shop.ts';

const schema = JSON.parse(readFileSync(new URL('../../../schemas/rollback-report.schema.json', import.meta.url), 'utf8')) as object;
const valid = new Ajv2020({ strict: true, validateFormats: false }).compile(schema);

const reported = (result: RollbackResult, reason = 'checkout answers 500') => {
  const report = reportRollback({ service: 'agent', reason }, result);
  // As it is written: what is not there is left out.
  expect([valid(JSON.parse(JSON.stringify(report.file))), valid.errors]).toEqual([true, null]);
  return report;
};

describe('the report of a rollback', () => {
  it('has the outputs, what changed, what is held, and what is next', async () => {
    const report = reported(await back(await updated()));
    expect(report).toMatchObject({
      succeeded: true,
      annotation: undefined,
      outputs: { outcome: 'rolled-back', revision: expect.stringMatching(/^\d+$/) },
    });
    expect(JSON.parse(report.outputs['held'] ?? '')).toHaveLength(1);
    for (const part of [
      '**Why:** checkout answers 500',
      'Changes of the pod template',
      'Held from now on',
      'Written to the cluster',
      'later commit',
    ])
      expect(report.summary).toContain(part);
  });

  it('of a dry run has succeeded and says how to go on', async () => {
    const report = reported(await back(await updated(), { 'dry-run': 'true' }), '');
    expect(report).toMatchObject({ succeeded: true, outputs: { outcome: 'not-started' } });
    expect(report.summary).toContain('run it without `dry-run`');
    expect(report.summary).not.toContain('**Why:**');
  });

  it('that could not be confirmed has not succeeded, and says so loudly', async () => {
    const result = await back(await updated());
    const report = reported({ ...result, outcome: 'unknown', code: 'ROLLOUT_FAILED', remedy: 'Look.' } as RollbackResult);
    expect(report).toMatchObject({ succeeded: false, annotation: { level: 'error' } });
  });

  it('of nothing to do says what runs', async () => {
    expect(reported(await back(await updated(), { to: next })).outputs['images']).toContain(next);
  });

  it('of a lifted hold says which, and which stay', async () => {
    const on = await updated();
    await back(on);
    const report = reported(await on.clock.until(unhold(unholdPlan({ digest: next, reason: 'it was the database' }), on.world)));
    expect(report).toMatchObject({ succeeded: true, outputs: { outcome: 'done', held: '[]' } });
    expect(report.summary).toContain('Lifted (1)');
  });

  it('keeps foreign text inert', async () => {
    const result = await back(await updated());
    const report = reported({ ...result, warnings: ['<img src=x> [link](https://evil.example)'] } as RollbackResult, '<script>');
    expect(report.summary).not.toMatch(/<script|<img|\[link\]/);
  });

  it.each([
    ['refused', refusedRollback, 'not-started'],
    ['unconfirmed', unconfirmedRollback, 'unknown'],
  ] as const)('%s: %s', (_, make, outcome) => {
    expect(make(new Failure('LOCK_HELD', 'What.', 'Remedy.'))).toMatchObject({ succeeded: false, outputs: { outcome } });
  });
});
