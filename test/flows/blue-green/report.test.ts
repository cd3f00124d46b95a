import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Failure } from '../../../src/failure.ts';
import { blueGreenOutputNames } from '../../../src/flows/blue-green/index.ts';
import { refusedBlueGreen, reportBlueGreen, unconfirmedBlueGreen } from '../../../src/flows/blue-green/report.ts';
import type { BlueGreenResult } from '../../../src/flows/blue-green/result.ts';
import { backWish, next, old, pair, run, sick, wish } from './pair.ts';

const schema = JSON.parse(readFileSync(new URL('../../../schemas/blue-green-report.schema.json', import.meta.url), 'utf8')) as object;
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema);

function violations(report: unknown): readonly string[] {
  validate(JSON.parse(JSON.stringify(report)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const result: BlueGreenResult = {
  operation: 'deploy',
  outcome: 'rolled-back',
  succeeded: false,
  dryRun: false,
  code: 'SMOKE_FAILED',
  reason: 'It answered 500 | <b>.\n  Last log lines:\n```',
  remedy: 'Mend it.',
  namespace: 'shop',
  live: 'blue',
  image: next,
  previousImage: old,
  images: { api: old },
  held: [],
  notes: ['Layout: two'],
  warnings: ['Something @everyone.'],
  asked: ['GET /health answered 200'],
  writes: [{ at: '2026-03-01T10:00:00.000Z', what: 'Ingress agent: users go to green' }],
  changes: undefined,
  lineage: [],
  started: '2026-03-01T09:59:00.000Z',
  ended: '2026-03-01T10:05:00.000Z',
  run: 'https://github.com/o/r/actions/runs/1/attempts/1',
};

describe('a report', () => {
  it.each([
    [{}, 'warning'],
    [{ outcome: 'unknown', live: undefined }, 'error'],
    [{ outcome: 'aborted' }, 'warning'],
  ] as const)('%j is an annotation, and fails the step', (more, level) => {
    const report = reportBlueGreen(wish(), { ...result, ...more });
    expect(report).toMatchObject({ succeeded: false, annotation: { level } });
    expect(violations(report.file)).toEqual([]);
  });

  it('has the outputs, and what is foreign in it is only text', () => {
    const report = reportBlueGreen(wish(), result);
    expect(Object.keys(report.outputs)).toEqual(blueGreenOutputNames.filter((name) => name !== 'report'));
    expect(report.outputs).toMatchObject({ live: 'blue', reason: 'It answered 500 | <b>.', images: JSON.stringify({ api: old }) });
    expect(reportBlueGreen(wish(), { ...result, images: undefined }).outputs['images']).toBe('');
    expect(report.summary).not.toContain('<b>');
    expect(report.summary).not.toContain(' @everyone');
  });

  it('of real runs follows the schema', async () => {
    const on = pair();
    for (const plan of [wish(), wish({ image: sick }), backWish(), wish({ 'dry-run': 'true', image: `agent@sha256:${'7'.repeat(64)}` })]) {
      const report = reportBlueGreen(plan, await run(on, plan));
      expect(violations(report.file)).toEqual([]);
      expect(report.summary).toContain('**Next:**');
    }
  });

  it('of a run that did not start, or whose end nobody knows', () => {
    const failure = new Failure('PREFLIGHT_FAILED', 'No route.', 'Make it.');
    expect(refusedBlueGreen(failure)).toMatchObject({ succeeded: false, outputs: { outcome: 'not-started' } });
    expect(unconfirmedBlueGreen(failure).summary).toContain('look at the route and the Lease');
  });
});
