import { describe, expect, it } from '@jest/globals';
import { flow } from '../../../src/flows/canary/index.ts';
import { operationOf, parseOperationInputs } from '../../../src/flows/operations/inputs.ts';
import { type OperationName, operationNames } from '../../../src/flows/operations/plan.ts';
import { failureOf, least, rawInputs } from '../raw-inputs.ts';

const place = { service: 'agent' };
const needed = (operation: OperationName): Readonly<Record<string, string>> => ({
  ...(operation === 'promote' ? { 'prometheus-url': least['prometheus-url'] } : {}),
  ...(operation === 'unlock' ? { reason: 'its runner is gone' } : {}),
});
const given = (operation: OperationName, more: Readonly<Record<string, string>> = {}) =>
  parseOperationInputs(operation, rawInputs({ ...place, operation, ...needed(operation), ...more }));
const refusal = (operation: OperationName, more: Readonly<Record<string, string>>) => failureOf(() => given(operation, more)).what;

describe('the inputs of an operation', () => {
  it.each(operationNames)('%s needs the service, and no image', (operation) => {
    expect(given(operation)).toMatchObject({ operation, wishes: { service: 'agent', canaryDeployment: 'agent-canary', stages: [] } });
    expect(refusal(operation, { service: '' })).toContain('`service`');
  });

  it('promote alone measures, and unlock alone must say why', () => {
    expect(refusal('promote', { 'prometheus-url': '' })).toContain('Nothing is promoted unmeasured');
    expect(refusal('unlock', { reason: '' })).toContain('there is no reason to unlock');
    expect(given('abort', { reason: 'it smells' }).reason).toBe('it smells');
  });

  it.each<readonly [OperationName, string, string, RegExp]>([
    ['pause', 'image', 'agent:v2', /`image` and `operation`: the first is of no use with `operation: pause`.*the Lease knows/],
    ['status', 'stages', '5@1m', /of no use with `operation: status`/],
    ['abort', 'smoke', '- http: /', /of no use with `operation: abort`/],
    ['status', 'reason', 'why not', /`status` records no reason/],
    ['uninstall', 'reason', 'why not', /`uninstall` records no reason/],
    ['pause', 'only-this-run', 'true', /of no use with `operation: pause`.*it is for `abort`/],
    ['abort', 'only-this-run', 'yes', /neither `true` nor `false`/],
    ['pause', 'reason', 'x'.repeat(301), /is too long/],
    ['pause', 'canary-deployment', 'agent', /both are the same/],
  ])('%s with %s = %s is refused', (operation, name, value, problem) => expect(refusal(operation, { [name]: value })).toMatch(problem));
});

describe('actions/canary', () => {
  it.each([
    ['', undefined],
    ['release', undefined],
    ['rollback', undefined],
    ['status', 'status'],
  ] as const)('takes `operation: %s` for %s', (text, name) => expect(operationOf(rawInputs({ operation: text }))).toBe(name));

  it('promote keeps pods at rest where they are wished, but not where pods make the share', () => {
    const inputs = { service: 'agent', operation: 'promote', 'prometheus-url': least['prometheus-url'] ?? '', 'canary-at-rest': '1' };
    expect(parseOperationInputs('promote', rawInputs(inputs)).wishes.canaryAtRest).toBe(1);
    expect(failureOf(() => parseOperationInputs('promote', rawInputs({ ...inputs, router: 'replicas' }))).what).toContain(
      '`canary-at-rest` and `router`',
    );
  });

  it('lists the known operations for an unknown one, and releases without one', () => {
    expect(failureOf(() => flow.inputs(rawInputs({ ...least, operation: 'rollback' }))).what).toMatch(
      /`operation` = `rollback` is not known\. Write one of `release`, `status`, .*`unlock`/,
    );
    expect(flow.inputs(rawInputs(least))).toMatchObject({ wishes: { action: 'canary' } });
    expect(flow.plan(flow.inputs(rawInputs({ ...place, operation: 'status' })))).toMatchObject({ operation: 'status', reason: '' });
  });

  it('a release is no place for `only-this-run`', () => {
    expect(failureOf(() => flow.inputs(rawInputs({ ...least, 'only-this-run': 'true' }))).what).toContain(
      'of no use with `operation: release`',
    );
    expect(flow.plan(flow.inputs(rawInputs({ ...place, operation: 'abort', 'only-this-run': 'true' })))).toMatchObject({
      onlyThisRun: true,
    });
  });

  it('a release may have a reason for the order of its commit, and needs its image', () => {
    expect(flow.inputs(rawInputs({ ...least, reason: 'because' }))).toMatchObject({ wishes: { lineage: { reason: 'because' } } });
    expect(failureOf(() => flow.inputs(rawInputs({ ...least, image: '' }))).what).toContain('`image` is missing');
  });
});
