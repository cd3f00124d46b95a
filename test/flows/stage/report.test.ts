import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Failure } from '../../../src/failure.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import { stageOutputNames } from '../../../src/flows/stage/index.ts';
import { refusedStage, reportStage, unconfirmedStage } from '../../../src/flows/stage/report.ts';
import type { UpdateResult } from '../../../src/flows/stage/result.ts';
import { deployPlan, next, old, shop, sick, stagePlan } from './shop.ts';

const schema = JSON.parse(readFileSync(new URL('../../../schemas/stage-report.schema.json', import.meta.url), 'utf8')) as object;
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema);

function violations(report: unknown): readonly string[] {
  validate(JSON.parse(JSON.stringify(report)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const result = (more: Partial<UpdateResult> = {}): UpdateResult => ({
  operation: 'deploy',
  outcome: 'rolled-back',
  dryRun: false,
  code: 'ROLLOUT_FAILED',
  reason: 'It crashed | <b>.\n  Last log lines:\n```',
  remedy: 'Mend it.',
  namespace: 'shop',
  objects: [
    { kind: 'ConfigMap', name: 'c', changes: ['data.A: added'], waitedFor: false },
    { kind: 'Deployment', name: 'agent', images: { before: { api: old }, wanted: { api: next } }, changes: ['x: 1 → 2'], waitedFor: true },
  ],
  skipped: ['Job migrate: it runs once.'],
  notes: [],
  changes: undefined,
  lineage: [],
  smoke: [],
  left: ['ConfigMap c'],
  notices: [{ notifier: 'slack', about: 'rolled-back', told: false, problem: 'No answer @here.' }],
  writes: [{ at: '2026-03-01T10:00:00.000Z', what: 'Deployment agent: api x' }],
  warnings: ['Something @everyone.'],
  started: '2026-03-01T09:59:00.000Z',
  ended: '2026-03-01T10:05:00.000Z',
  run: 'https://github.com/o/r/actions/runs/1/attempts/1',
  ...more,
});

describe('a report', () => {
  it.each([
    ['promoted', true, 'info'],
    ['rolled-back', false, 'warning'],
    ['aborted', false, 'warning'],
    ['unknown', false, 'error'],
  ] as const)('of %s', (outcome, succeeded, level) => {
    const report = reportStage(deployPlan(), result({ outcome, ...(succeeded ? { code: undefined, remedy: undefined } : {}) }));
    expect(report.succeeded).toBe(succeeded);
    expect(report.annotation?.level).toBe(succeeded ? undefined : level);
    expect(new Set([...Object.keys(report.outputs), 'report'])).toEqual(new Set(stageOutputNames));
    expect(violations(report.file)).toEqual([]);
    expect(report.summary).toContain('**Next:**');
  });

  it('names images by workload and container, what was skipped, and what stays', () => {
    const { outputs, summary } = reportStage(deployPlan(), result());
    expect(JSON.parse(outputs['images'] ?? '')).toEqual({ 'deployment/agent/api': next });
    expect(JSON.parse(outputs['previous-images'] ?? '')).toEqual({ 'deployment/agent/api': old });
    expect(summary).toContain('ConfigMap c: delete it by hand when it is not wanted');
    expect(summary).toContain('Job migrate: it runs once.');
  });

  it('holds foreign text inert', () => {
    const { summary } = reportStage(deployPlan(), result());
    expect(summary).not.toMatch(/<b>|@everyone/);
    expect(summary).toContain('````text');
  });

  it('of what was refused says that nothing was written, and of what could not be confirmed that somebody must look', () => {
    const failure = new Failure('PREFLIGHT_FAILED', 'A problem.', 'Mend it.');
    expect(refusedStage(failure)).toMatchObject({ succeeded: false, outputs: { outcome: 'not-started', reason: 'A problem.' } });
    expect(unconfirmedStage(failure)).toMatchObject({
      outputs: { outcome: 'unknown' },
      annotation: { text: expect.stringContaining('half changed') },
    });
  });
});

describe('real runs keep to the schema', () => {
  it.each([
    [{ images: `api: ${next}` }],
    [{ images: `api: ${sick}` }],
    [{ images: `api: ${old}` }],
    [{ images: `api: ${next}`, 'dry-run': 'true' }],
    [{ operation: 'history' }],
    [{ operation: 'status' }],
    [{ operation: 'undo' }],
    [{ operation: 'pause' }],
  ])('%j', async (inputs) => {
    const on = shop();
    const plan = stagePlan(inputs);
    const report = reportStage(plan, await on.clock.until(executeStage(plan, on.world)));
    expect(violations(report.file)).toEqual([]);
  });

  it('a history is a table for people and JSON for steps', async () => {
    const on = shop();
    await on.clock.until(executeStage(deployPlan({ images: `api: ${next}`, 'change-cause': 'because | of it' }), on.world));
    const plan = stagePlan({ operation: 'history' });
    const { outputs, summary } = reportStage(plan, await on.clock.until(executeStage(plan, on.world)));
    expect(JSON.parse(outputs['history'] ?? '')).toMatchObject({
      'deployment/agent': [{ current: true, changeCause: 'because | of it', by: 'someone' }, { current: false }],
    });
    expect(summary).toContain('| revision | images | first there | change-cause | who |');
    expect(summary).toContain('because &#124; of it');
  });
});
