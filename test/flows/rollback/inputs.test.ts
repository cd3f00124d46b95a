import { describe, expect, it } from '@jest/globals';
import { parseRollbackInputs } from '../../../src/flows/rollback/inputs.ts';
import { failureOf, rawInputs } from '../raw-inputs.ts';

const parse = (inputs: Readonly<Record<string, string>>) => parseRollbackInputs(rawInputs({ service: 'agent', ...inputs }));
const digest = `sha256:${'1'.repeat(64)}`;

describe('the inputs of a rollback', () => {
  it('are few', () => {
    expect(parse({}).plan).toMatchObject({
      operation: 'rollback',
      to: { kind: 'previous' },
      force: false,
      reason: '',
      stableDeployment: 'agent',
      canaryDeployment: 'agent-canary',
      route: 'agent',
      rolloutTimeout: 300,
      dryRun: false,
    });
  });

  it('name another router and its own default route', () => {
    expect(parse({ router: 'istio' }).plan).toMatchObject({ route: 'agent-vs' });
  });

  it.each([
    [digest, digest],
    [`registry.example.com/agent@${digest}`, digest],
    ['all', undefined],
  ])('lift the hold of %s', (given, expected) => {
    expect(parse({ operation: 'unhold', digest: given, reason: 'x' }).plan).toMatchObject({ operation: 'unhold', digest: expected });
  });

  it('need no reason to list what is held', () => {
    expect(parse({ operation: 'unhold', digest: 'all', 'dry-run': 'true' }).plan).toMatchObject({
      digest: undefined,
      reason: '',
      dryRun: true,
    });
  });

  it.each([
    [{ operation: 'unhold', digest, 'dry-run': 'false' }, '`operation` and `reason`'],
    [{ service: '' }, '`service`'],
    [{ operation: 'undo' }, '`operation` = `undo`'],
    [{ to: 'yesterday' }, '`to` = `yesterday`'],
    [{ to: 'agent' }, '`to` = `agent`'],
    [{ to: '0' }, '`to` = `0`'],
    [{ environment: ' production' }, '`environment`'],
    [{ force: 'yes' }, '`force` = `yes`'],
    [{ force: 'true' }, '`force` and `reason`'],
    [{ digest }, '`digest` and `operation`'],
    [{ reason: 'x'.repeat(301) }, '`reason`'],
    [{ smoke: 'health' }, '`smoke`'],
    [{ port: '0' }, '`port` = `0`'],
    [{ 'rollout-timeout': '0s' }, '`rollout-timeout` = `0s`'],
    [{ 'lease-duration': '2s' }, '`lease-duration` = `2s`'],
    [{ router: 'traefik' }, '`router` = `traefik`'],
    [{ 'stable-subset': 'v1' }, '`stable-subset`'],
    [{ 'canary-deployment': 'agent' }, '`service` and `canary-deployment`'],
    [{ 'notify-webhook': 'ftp://x' }, '`notify-webhook`'],
    [{ operation: 'unhold', reason: 'x' }, '`operation` and `digest`'],
    [{ operation: 'unhold', digest }, '`operation` and `reason`'],
    [{ operation: 'unhold', digest: 'agent:v1', reason: 'x' }, '`digest` = `agent:v1`'],
    [{ operation: 'unhold', digest, reason: 'x', force: 'true' }, '`operation` and `force`'],
    [{ operation: 'unhold', digest, reason: 'x', container: 'api' }, '`operation` and `container`'],
  ])('%j is refused', (inputs: Record<string, string>, named) => {
    expect(failureOf(() => parse(inputs))).toMatchObject({ code: 'INPUT_INVALID', what: expect.stringContaining(named) });
  });

  it('are all named at once where several are bad', () => {
    expect(failureOf(() => parse({ to: 'x', force: 'maybe', port: 'http' })).what).toMatch(
      /3 inputs cannot be used: `to`, `force`, `port`/,
    );
  });
});
