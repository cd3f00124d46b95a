import { describe, expect, it } from '@jest/globals';
import { switchers } from '../../../src/domain/traffic/switchers/index.ts';
import { parseBlueGreenInputs } from '../../../src/flows/blue-green/inputs.ts';
import { failureOf, rawInputs } from '../raw-inputs.ts';

const least = { service: 'agent', image: 'agent:v2' };
const planned = (more: Readonly<Record<string, string>> = {}) => parseBlueGreenInputs(rawInputs({ ...least, ...more })).plan;

it('the least that can be given is filled in with the figures of the chapter', () =>
  expect(planned()).toEqual({
    operation: 'deploy',
    service: 'agent',
    namespace: undefined,
    environment: undefined,
    image: { name: 'agent', tag: 'v2' },
    container: undefined,
    switcher: switchers['ingress'],
    route: 'agent',
    health: { path: '/health', port: undefined, checks: 10, every: 2 },
    beforeSwitch: [],
    beforeSwitchTimeout: 300,
    watch: 300,
    interval: 10,
    failureThreshold: 2,
    measure: undefined,
    keepOld: true,
    rolloutTimeout: 300,
    drain: 30,
    lockTimeout: 600,
    leaseDuration: 60,
    gitops: 'refuse',
    dryRun: false,
    nodeRoom: 'refuse',
    notifyOn: 'failure',
    lineage: { commit: undefined, requireStaging: false, stagingEnvironment: 'staging', allowUnordered: false, reason: '' },
  }));

it.each<readonly [Readonly<Record<string, string>>, object]>([
  [{ switcher: 'istio' }, { route: 'agent-vs', switcher: switchers['istio'] }],
  [{ switcher: 'service', route: 'front' }, { route: 'front' }],
  [{ 'before-switch': '[./migrate.sh, --check]' }, { beforeSwitch: ['./migrate.sh', '--check'] }],
  [
    { checks: '0', watch: '0s' },
    { health: { checks: 0 }, watch: 0 },
  ],
  [{ 'keep-old': 'false' }, { keepOld: false }],
  [{ 'prometheus-url': 'http://p' }, { measure: { minRequests: 300, noDataTimeout: 600, metricsService: undefined } }],
  [
    { 'prometheus-service': 'monitoring/prometheus:9090', 'error-rate': '5%' },
    { measure: { minRequests: 300, metricsService: { namespace: 'monitoring', name: 'prometheus:9090' } } },
  ],
])('%j', (inputs, expected) => expect(planned(inputs)).toMatchObject(expected));

it('a rollback needs no image, and has its reason', () =>
  expect(parseBlueGreenInputs(rawInputs({ service: 'agent', operation: 'rollback', reason: 'slow' })).plan).toMatchObject({
    operation: 'rollback',
    image: undefined,
    reason: 'slow',
  }));

it('a rollback may name the image that users are to have', () =>
  expect(planned({ operation: 'rollback' })).toMatchObject({ image: { name: 'agent' } }));

describe('bad input is one error that names it, with what to do', () => {
  it.each<readonly [Readonly<Record<string, string>>, string, string]>([
    [{ service: '' }, 'service', 'missing'],
    [{ service: 'Agent' }, 'service', 'lower'],
    [{ service: 'a'.repeat(58) }, 'service', '57 characters'],
    [{ image: '' }, 'image', 'operation: rollback'],
    [{ image: 'a b' }, 'image', ''],
    [{ operation: 'switch' }, 'operation', '`rollback`'],
    [{ operation: 'rollback', port: '80' }, 'port', 'Leave them out'],
    [{ operation: 'rollback', image: '', 'before-switch': '[x]' }, 'before-switch', 'Leave them out'],
    [{ switcher: 'nginx' }, 'switcher', '`ingress`'],
    [{ route: 'a/b' }, 'route', ''],
    [{ 'health-path': 'health' }, 'health-path', '`/`'],
    [{ 'health-path': '/a b' }, 'health-path', '`/`'],
    [{ port: '0' }, 'port', '65535'],
    [{ checks: '-1' }, 'checks', '1000'],
    [{ checks: 'ten' }, 'checks', '1000'],
    [{ 'check-interval': '2' }, 'check-interval', ''],
    [{ 'before-switch': './migrate.sh --check' }, 'before-switch', 'shell'],
    [{ 'before-switch': '[]' }, 'before-switch', 'shell'],
    [{ 'before-switch': '[./x, 3]' }, 'before-switch', 'shell'],
    [{ 'before-switch': '[./x' }, 'before-switch', 'YAML'],
    [{ 'before-switch-timeout': '0s' }, 'before-switch-timeout', 'longer'],
    [{ watch: 'long' }, 'watch', ''],
    [{ interval: '0s' }, 'interval', 'longer'],
    [{ 'prometheus-url': 'http://p', interval: '3m', 'no-data-timeout': '2m' }, 'no-data-timeout', 'longer'],
    [{ 'failure-threshold': '0' }, 'failure-threshold', '100'],
    [{ 'keep-old': 'yes' }, 'keep-old', '`true`'],
    [{ 'rollout-timeout': '0s' }, 'rollout-timeout', 'longer'],
    [{ 'lease-duration': '1s' }, 'lease-duration', '5s'],
    [{ gitops: 'maybe' }, 'gitops', '`refuse`'],
    [{ 'dry-run': '1' }, 'dry-run', '`true`'],
    [{ notify: '- pigeon: x' }, 'notify', ''],
    [{ 'notify-on': 'never' }, 'notify-on', '`failure`'],
    [{ 'error-rate': '1%' }, 'prometheus-url', 'no metric store'],
    [{ 'prometheus-url': 'http://p', 'prometheus-service': 'a/b:1' }, 'prometheus-service', 'both are given'],
    [{ 'prometheus-token': 't' }, 'prometheus-url', 'only with'],
    [{ 'prometheus-url': 'http://p', 'error-rate': 'few' }, 'error-rate', ''],
    [{ 'require-staging': 'true' }, 'github-token', 'token'],
    [{ 'allow-unordered': 'true' }, 'reason', 'why'],
  ])('%j', (inputs, name, says) => {
    const { code, what } = failureOf(() => planned(inputs));
    expect(code).toBe('INPUT_INVALID');
    expect(what).toContain(`\`${name}\``);
    expect(what).toContain(says);
  });

  it('all at once', () => {
    expect(failureOf(() => planned({ service: '', switcher: 'x', watch: 'y' })).what).toMatch(/^3 inputs cannot be used/);
  });
});
