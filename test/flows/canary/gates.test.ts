import { describe, expect, it } from '@jest/globals';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { reportCanary } from '../../../src/flows/canary/report.ts';
import { failureOf } from '../../adapters/thrown.ts';
import { commit, memoryForge } from '../lineage/forge.ts';
import { violations } from './schema.ts';
import { planOf, shop } from './shop.ts';

const needs = (results: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(results).map(([name, result]) => [name, { result, outputs: {} }])));

describe('gates before a canary', () => {
  it.each([
    ['one that failed', { gates: needs({ lint: 'success', scan: 'failure' }) }, /`scan` \(failure\)/],
    [
      'one that failed with a reason for skipping it',
      { gates: needs({ scan: 'failure' }), 'allow-skip': 'scan: why' },
      /`scan` \(failure\)/,
    ],
    ['one that was skipped', { gates: 'lint: success\nscan: skipped' }, /were skipped: `scan`/],
  ])('%s stops it before anything is written', async (_, inputs, what) => {
    const on = shop();
    const failure = await failureOf(on.clock.until(executeCanary(planOf(inputs), on.world)));
    expect([failure.code, failure.what]).toEqual(['GATES_NOT_PASSED', expect.stringMatching(what)]);
    expect(on.cluster.writes()).toEqual([]);
  });

  it('a dry run stops too: it shows what the run would do', async () => {
    const on = shop();
    const plan = planOf({ gates: 'scan: skipped', 'dry-run': 'true' });
    expect((await failureOf(on.clock.until(executeCanary(plan, on.world)))).code).toBe('GATES_NOT_PASSED');
  });

  it('one that was skipped for a reason is shown, recorded in the report, and on record with the deployment', async () => {
    const forge = memoryForge();
    const on = shop({}, { forge, commit: commit(3) });
    const plan = planOf({ 'github-token': 't', gates: needs({ lint: 'success', scan: 'skipped' }), 'allow-skip': 'scan: "no <database>"' });
    const result = await on.clock.until(executeCanary(plan, on.world));
    const { summary, file } = reportCanary(plan, result);
    expect(result).toMatchObject({
      outcome: 'promoted',
      gates: [{ name: 'lint' }, { name: 'scan', result: 'skipped', reason: 'no <database>' }],
    });
    expect(violations(file)).toEqual([]);
    expect(summary).toContain('<code>scan</code> was **skipped**: no &#60;database&#62;');
    expect(forge.records).toMatchObject([{ description: 'Every stage passed, and stable runs it. Without the gates scan.' }]);
  });

  it('nobody asked: nothing is said', async () => {
    const on = shop();
    const result = await on.clock.until(executeCanary(planOf(), on.world));
    expect(result.gates).toEqual([]);
    expect(reportCanary(planOf(), result).summary).not.toContain('Gates');
  });
});

describe('inputs', () => {
  it.each([
    [
      'a reason for a gate that is not there',
      { gates: 'lint: success', 'allow-skip': 'scna: why' },
      /there is no gate `scna` among them. There are `lint`/,
    ],
    ['a reason without gates', { 'allow-skip': 'scan: why' }, /Give `gates` too/],
    ['gates that say nothing', { gates: '{}' }, /names 0 gates/],
  ])('%s is refused', (_, inputs, what) => {
    expect(() => planOf(inputs)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID', what: expect.stringMatching(what) }));
  });
});
