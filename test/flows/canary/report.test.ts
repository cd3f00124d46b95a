import { describe, expect, it } from '@jest/globals';
import { Failure } from '../../../src/failure.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { releaseOutputNames } from '../../../src/flows/canary/index.ts';
import { refusedCanary, reportCanary } from '../../../src/flows/canary/report.ts';
import type { CanaryResult, Outcome } from '../../../src/flows/canary/result.ts';
import { violations } from './schema.ts';
import { newImage, planOf, shop } from './shop.ts';

const plan = planOf();

const result = (more: Partial<CanaryResult> = {}): CanaryResult => ({
  outcome: 'rolled-back',
  dryRun: false,
  code: 'CRITERIA_FAILED',
  reason: 'The canary failed its criteria.',
  remedy: 'Compare the logs.',
  namespace: 'shop',
  image: newImage,
  previousImage: 'agent:v1',
  weight: 0,
  stages: [
    {
      name: '1/2',
      weight: 25,
      heldSeconds: 60,
      measuredShare: 0.251,
      arm: 'canary',
      requests: 1500,
      errors: 75,
      latencyP99: 0.25,
      checks: 2,
      verdict: 'fail',
      findings: ['error-rate 5 % (≤ 1 %)'],
    },
  ],
  writes: [{ at: '2026-03-01T10:00:00.000Z', what: 'route agent: canary 25 %, stable 75 %' }],
  smoke: ['GET /health answered 200'],
  notices: [{ notifier: 'slack', about: 'rolled-back', told: false, problem: 'it answered <500>' }],
  warnings: ['Not checked: whether it exists.'],
  notes: [],
  changes: undefined,
  lineage: [],
  gates: [],
  started: '2026-03-01T09:59:00.000Z',
  ended: '2026-03-01T10:05:00.000Z',
  run: 'https://github.com/o/r/actions/runs/1/attempts/1',
  ...more,
});

const endings: readonly (readonly [Outcome, boolean, string | undefined, RegExp])[] = [
  ['promoted', true, undefined, /Stable serves all users with the new image/],
  ['analysed', true, undefined, /run `actions\/promote`/],
  ['rolled-back', false, 'warning', /mend the new version/],
  ['aborted', false, 'warning', /deploy again when you are ready/],
  ['unknown', false, 'error', /look at the route and the Lease/],
];

describe('reportCanary', () => {
  it.each(endings)('%s: the outcome comes first, and what to do next last', (outcome, succeeded, level, next) => {
    const report = reportCanary(plan, result({ outcome, weight: outcome === 'unknown' ? undefined : 0 }));
    expect(report.summary.split('\n')[0]).toMatch(new RegExp(`^## \\S+ agent: ${outcome}$`));
    expect(report.summary.trimEnd().split('\n').at(-1)).toMatch(next);
    expect([report.succeeded, report.annotation?.level]).toEqual([succeeded, level]);
    expect(report.outputs['outcome']).toBe(outcome);
    expect(violations(report.file)).toEqual([]);
  });

  it('has an output for each name of action.yml but the file', () => {
    const { outputs } = reportCanary(plan, result());
    expect(new Set([...Object.keys(outputs), 'report'])).toEqual(new Set(releaseOutputNames));
    expect(outputs).toEqual({
      outcome: 'rolled-back',
      stage: '1/2',
      weight: '0',
      reason: 'The canary failed its criteria.',
      'previous-image': 'agent:v1',
      image: newImage,
    });
  });

  it('shows stages with ordered and measured share, writes, smoke checks and warnings', () => {
    const { summary } = reportCanary(plan, result());
    expect(summary).toContain('| 1/2 | 25 % | 25.1 % | 1m | 1500 (canary) | 75 | 250 ms |');
    for (const title of ['Written to the cluster (1)', 'Smoke checks (1)', 'Warnings (1)']) expect(summary).toContain(title);
    expect(summary).toMatch(/```mermaid\nxychart-beta\n[\s\S]*x-axis \["1\/2"\][\s\S]*bar \[25\]\n {2}line \[25\.1\]\n```/);
  });

  it('draws no line where a share was not measured, and says so', () => {
    const [stage] = result().stages;
    if (stage === undefined) throw new Error('There is a stage.');
    const { summary } = reportCanary(plan, result({ stages: [{ ...stage, measuredShare: null, latencyP99: null, verdict: 'no-data' }] }));
    expect(summary).toContain('| not measured |');
    expect(summary).toContain('| no data |');
    expect(summary).not.toContain('  line [');
  });

  it('without a stage has neither table nor chart', () => {
    const { summary, outputs } = reportCanary(plan, result({ stages: [], writes: [], smoke: [], warnings: [], notices: [] }));
    expect(summary).not.toMatch(/mermaid|<details>/);
    expect(outputs['stage']).toBe('');
  });

  it('says that a weight is not known, and gives none', () => {
    const report = reportCanary(plan, result({ outcome: 'unknown', weight: undefined }));
    expect(report.outputs['weight']).toBe('');
    expect(report.summary).toContain('| canary weight now | not known |');
    expect(report.file).toMatchObject({ weight: null });
  });

  it('keeps log lines out of the outputs, and in a block of their own', () => {
    const report = reportCanary(plan, result({ reason: 'It crashed.\n  Last log lines:\n    ```\n    boom' }));
    expect([report.outputs['reason'], report.annotation?.text]).toEqual(['It crashed.', 'It crashed.\n→ Compare the logs.']);
    expect(report.summary).toContain('````text\n  Last log lines:\n    ```\n    boom\n````');
  });

  it('a dry run is a success that says what it was', () => {
    const report = reportCanary(
      plan,
      result({ outcome: 'not-started', dryRun: true, code: undefined, remedy: undefined, stages: [], writes: [], reason: 'A dry run.' }),
    );
    expect([report.succeeded, report.annotation]).toEqual([true, undefined]);
    expect(report.summary).toContain('run it without `dry-run`');
    expect(violations(report.file)).toEqual([]);
  });

  it('a dry run that found what speaks against it has not succeeded', () => {
    const report = reportCanary(plan, result({ outcome: 'not-started', dryRun: true, code: 'PREFLIGHT_FAILED' }));
    expect([report.succeeded, report.annotation?.level]).toEqual([false, 'warning']);
  });
});

describe('foreign text', () => {
  const hostile = 'a | b `c` <img src=x> ![p](https://evil/) @team\n::error::forged\n| x | y |';
  const shown = reportCanary(
    plan,
    result({
      reason: `${hostile.split('\n')[0]}`,
      remedy: hostile,
      image: hostile,
      previousImage: hostile,
      smoke: [hostile],
      warnings: [hostile],
      writes: [{ at: '2026-03-01T10:00:00.000Z', what: hostile }],
      stages: result().stages.map((stage) => ({ ...stage, findings: [hostile] })),
    }),
  ).summary;

  it('is inert in the summary', () => {
    expect(shown).not.toMatch(/<img|!\[p\]|@team|`c`/);
    expect(shown.split('\n').filter((line) => line.startsWith('::') || line === '| x | y |')).toEqual([]);
  });

  it('does not break the tables', () => {
    const rows = shown.split('\n').filter((line) => line.startsWith('| 1/2'));
    expect(rows.map((row) => row.split(' | ').length)).toEqual([9]);
  });
});

describe('refusedCanary', () => {
  const failure = new Failure('PREFLIGHT_FAILED', 'Two problems were found:\n- one ```\n- <b>two</b>', 'Mend | them.');
  const report = refusedCanary(failure);

  it('says what was not done, whatever was tidied up of a run before, with the whole list', () => {
    expect(report).toMatchObject({ succeeded: false, file: undefined, annotation: { level: 'error', title: 'PREFLIGHT_FAILED' } });
    expect(report.outputs).toEqual({ outcome: 'not-started', reason: 'Two problems were found: one ```' });
    expect(report.summary.split('\n')[0]).toMatch(/not-started$/);
    expect(report.summary).toContain('````text\nTwo problems were found:\n- one ```\n- <b>two</b>\n````');
    expect(report.summary).toContain('**What to do:** Mend &#124; them.');
    expect(report.summary).toContain('Nobody was sent to the new image.');
    expect(report.summary).not.toContain('Nothing was written');
  });
});

describe('the report file', () => {
  it.each([
    ['promoted', {}, {}],
    ['analysed', {}, { promote: 'false', stages: '25@1m' }],
    ['rolled-back', { [newImage]: { errors: 0.1 } }, {}],
    ['not-started', {}, { 'dry-run': 'true' }],
  ] as const)('of a real run (%s) keeps to its schema', async (outcome, behaviours, inputs) => {
    const on = shop(behaviours);
    const of = planOf(inputs);
    const { file } = reportCanary(of, await on.clock.until(executeCanary(of, on.world)));
    expect(file).toMatchObject({ outcome });
    expect(violations(file)).toEqual([]);
  });

  it.each<readonly [string, object, RegExp]>([
    ['an unknown field', { extra: 1 }, /additional properties/],
    ['an outcome that does not exist', { outcome: 'fine' }, /\/outcome/],
    ['a way back without weight 0', { weight: 25 }, /\/weight/],
    ['a way back without a cause', { code: undefined }, /code/],
    ['an unknown ending with a weight', { outcome: 'unknown' }, /\/weight/],
    ['a weight over 100', { outcome: 'promoted', weight: 101 }, /\/weight/],
    ['a share in percent', { stages: result().stages.map((stage) => ({ ...stage, measuredShare: 25 })) }, /measuredShare/],
    ['a time without its zone', { started: '2026-03-01 10:00' }, /\/started/],
  ])('%s breaks the schema', (_, more, violation) => {
    const { file } = reportCanary(plan, result());
    expect(violations({ ...file, ...more }).join('\n')).toMatch(violation);
  });
});
