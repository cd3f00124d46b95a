import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readActions } from '../../../scripts/action-metadata.ts';
import { standard } from '../../../src/domain/analysis/criteria-profiles/standard.ts';
import { presets } from '../../../src/domain/analysis/presets/index.ts';
import { profiles } from '../../../src/domain/rollout/profiles.ts';
import { routers } from '../../../src/domain/traffic/index.ts';
import { parseCanaryInputs, parsePromoteInputs, promoteInputNames } from '../../../src/flows/canary/inputs.ts';
import { planRollout } from '../../../src/flows/canary/plan.ts';
import { flow } from '../../../src/flows/promote/index.ts';
import { failureOf, least, rawInputs } from '../raw-inputs.ts';

const given = (more: Readonly<Record<string, string>> = {}) => parseCanaryInputs(rawInputs({ ...least, ...more }));
const wishes = (more: Readonly<Record<string, string>> = {}) => given(more).wishes;
const refusal = (more: Readonly<Record<string, string>>) => failureOf(() => given(more));
const without = (name: keyof typeof least): Readonly<Record<string, string>> => ({ [name]: '' });

describe('the least that can be given', () => {
  it('is filled in with safe defaults and names that follow from the service', () => {
    expect(given()).toEqual({
      connections: {
        kubeconfig: { text: '', context: '' },
        prometheus: { by: 'url', url: 'https://prometheus.example.com', token: undefined, ca: undefined, headers: {} },
        notify: [],
      },
      wishes: {
        action: 'canary',
        service: 'agent',
        namespace: undefined,
        image: { name: 'registry.example.com/agent', tag: 'v2' },
        container: undefined,
        manifests: [],
        stableDeployment: 'agent',
        canaryDeployment: 'agent-canary',
        router: routers['gateway-api'],
        route: 'agent',
        hosts: { stable: undefined, canary: undefined },
        subsets: undefined,
        selectors: { stable: undefined, canary: undefined },
        stages: profiles['careful'],
        interval: 30,
        source: presets['http'],
        criteria: standard.criteria,
        minRequests: 300,
        failureThreshold: 2,
        noDataTimeout: 600,
        smoke: [],
        promote: true,
        requireEvidence: false,
        pauseDeadline: 14_400,
        pauseLimit: 3600,
        rolloutTimeout: 600,
        lockTimeout: 600,
        notifyOn: 'failure',
        leaseDuration: 60,
        guardian: { image: 'docker.io/library/node:24-slim', serviceAccount: undefined },
        drain: 30,
        atRest: 'reset',
        canaryAtRest: 0,
        gitops: 'refuse',
        dryRun: false,
        metricsService: undefined,
        lineage: { commit: undefined, requireStaging: false, stagingEnvironment: 'staging', allowUnordered: false, reason: '' },
        gates: [],
        allowedSkips: {},
      },
    });
  });

  it('means the same with the defaults of action.yml, which the platform fills in', () => {
    const [action] = readActions(join(import.meta.dirname, '../../..')).filter(({ name }) => name === 'canary');
    const defaults = Object.fromEntries(
      (action?.inputs ?? []).flatMap((input) => (input.default === undefined ? [] : [[input.name, String(input.default)]])),
    );
    expect(Object.keys(defaults)).toContain('profile');
    expect(given(defaults)).toEqual(given());
  });
});

describe('each input', () => {
  it.each<readonly [string, string, object]>([
    ['namespace', 'shop', { namespace: 'shop' }],
    ['image', `agent@sha256:${'a'.repeat(64)}`, { image: { name: 'agent', digest: `sha256:${'a'.repeat(64)}` } }],
    ['container', 'app', { container: 'app' }],
    ['stable-deployment', 'agent-v1', { stableDeployment: 'agent-v1' }],
    ['canary-deployment', 'agent-next', { canaryDeployment: 'agent-next' }],
    ['route', 'edge.agent', { route: 'edge.agent' }],
    ['router', 'istio', { router: routers['istio'] }],
    ['router', 'nginx-ingress', { router: routers['nginx-ingress'] }],
    ['stable-selector', '{version="stable"}', { selectors: { stable: 'version="stable"', canary: undefined } }],
    ['canary-selector', 'version="canary"', { selectors: { stable: undefined, canary: 'version="canary"' } }],
    ['profile', 'quick', { stages: profiles['quick'] }],
    [
      'stages',
      '5@10m 100@5m',
      {
        stages: [
          { weight: 5, holdSeconds: 600 },
          { weight: 100, holdSeconds: 300 },
        ],
      },
    ],
    ['interval', '500ms', { interval: 0.5 }],
    ['metrics', 'agent', { source: presets['agent'] }],
    [
      'error-rate',
      '0.5%',
      {
        criteria: [
          { kind: 'error-rate', max: 0.005 },
          { kind: 'latency', quantile: 0.99, maxSeconds: 2 },
        ],
        minRequests: 600,
      },
    ],
    [
      'latency-p99',
      '800ms',
      {
        criteria: [
          { kind: 'error-rate', max: 0.01 },
          { kind: 'latency', quantile: 0.99, maxSeconds: 0.8 },
        ],
      },
    ],
    ['criteria', 'latency-p95: 1s', { criteria: expect.arrayContaining([{ kind: 'latency', quantile: 0.95, maxSeconds: 1 }]) }],
    [
      'criteria',
      'error-rate: 2%',
      {
        criteria: [
          { kind: 'error-rate', max: 0.02 },
          { kind: 'latency', quantile: 0.99, maxSeconds: 2 },
        ],
      },
    ],
    ['criteria-profile', 'interactive', { failureThreshold: 5 }],
    ['min-requests', '50', { minRequests: 50 }],
    ['failure-threshold', '7', { failureThreshold: 7 }],
    ['no-data-timeout', '3m', { noDataTimeout: 180 }],
    ['smoke', '- http: /health', { smoke: [expect.objectContaining({ path: '/health' })] }],
    ['promote', 'false', { promote: false }],
    ['rollout-timeout', '5m', { rolloutTimeout: 300 }],
    ['lock-timeout', '0s', { lockTimeout: 0 }],
    ['lease-duration', '5s', { leaseDuration: 5 }],
    ['guardian', 'false', { guardian: undefined }],
    ['guardian-image', 'mirror.example.com/node:24', { guardian: { image: 'mirror.example.com/node:24', serviceAccount: undefined } }],
    ['guardian-service-account', 'keeper', { guardian: { serviceAccount: 'keeper' } }],
    ['drain', '0s', { drain: 0 }],
    ['at-rest', 'stop', { atRest: 'stop' }],
    ['canary-at-rest', '1', { canaryAtRest: 1 }],
    ['gitops', 'accept', { gitops: 'accept' }],
    ['dry-run', 'true', { dryRun: true }],
  ])('%s = %s', (name, value, expected) => {
    expect(wishes({ [name]: value })).toMatchObject(expected);
  });

  it.each<readonly [string, string, RegExp]>([
    ['service', 'Agent', /DNS label/],
    ['service', `a${'b'.repeat(63)}`, /longer than 63/],
    ['namespace', 'my_shop', /DNS label/],
    ['image', 'registry.example.com/agent', /neither a tag nor a digest/],
    ['image', 'Agent:v1', /has capital letters in its name\. Write `agent:v1`/],
    ['image', 'agent@sha256:abc', /not an image reference/],
    ['container', 'a b', /DNS label/],
    ['stable-deployment', '-agent', /not a Kubernetes name/],
    ['canary-deployment', 'agent.canary', /DNS label/],
    ['router', 'linkerd', /not known\. Write one of `gateway-api`, `istio`, `nginx-ingress`/],
    ['router', 'toString', /not known/],
    ['router', '__proto__', /not known/],
    ['route', 'a//b', /not a Kubernetes name/],
    ['stable-selector', 'version', /no label matcher/],
    ['canary-selector', '{}', /selects everything/],
    ['profile', 'brave', /not known\. Write one of `careful`, `quick`/],
    ['profile', 'constructor', /not known/],
    ['stages', '5@10m 3@10m', /goes down/],
    ['stages', '5@10m 5@10m', /twice/],
    ['stages', '50@1m 101@1m', /more than 100 percent/],
    ['stages', '5', /not weight@time/],
    ['stages', '5%@1m', /not a whole number/],
    ['stages', '5@10', /no unit/],
    ['stages', ' , ', /no stage/],
    ['interval', '30', /no unit.*`30s`/],
    ['interval', '0s', /is no time/],
    ['metrics', 'statsd', /`statsd`, which is not known\. Known are `agent`, `http`/],
    ['error-rate', '0.5', /ambiguous.*`0\.5%` or `50%`/],
    ['error-rate', '1', /percent sign/],
    ['error-rate', '101%', /outside/],
    ['error-rate', '100%', /is a limit that every version keeps/],
    ['latency-p99', '2000', /no unit. Is it `2000ms`, or `2000s`\?/],
    ['latency-p99', '0s', /is a time that no request can keep to/],
    ['criteria', 'error_rate: 1%', /Write `error-rate: 1%`/],
    ['criteria', 'happiness: 9', /not known.*Write one of/],
    ['criteria', 'error-rate: 0.5', /ambiguous/],
    ['criteria', '[]', /no required criterion/],
    ['criteria', '{ name: q, query: "max(q{$canary})", max: 3, required: false }', /no required criterion/],
    ['criteria', '- [', /not YAML/],
    ['criteria-profile', 'strict', /not known\. Write one of `standard`, `interactive`, `tolerant`/],
    ['min-requests', '0', /whole number from 1/],
    ['min-requests', '1.5', /whole number/],
    ['failure-threshold', '0', /whole number from 1 to 100/],
    ['failure-threshold', 'two', /whole number/],
    ['no-data-timeout', '0s', /is no time/],
    ['prometheus-url', 'prometheus:9090', /no http or https address/],
    ['smoke', 'http: /health', /not a list of checks/],
    ['smoke', '- htp: /health', /check 1/],
    ['promote', 'yes', /neither `true` nor `false`/],
    ['rollout-timeout', '600', /no unit/],
    ['lock-timeout', '-5m', /negative/],
    ['lease-duration', '4s', /is no such time.*from 5s to 1h/],
    ['lease-duration', '5500ms', /is no such time/],
    ['lease-duration', '61m', /is no such time/],
    ['guardian', 'no', /neither `true` nor `false`/],
    ['guardian-image', 'node', /neither a tag nor a digest/],
    ['guardian-service-account', 'a/b', /not a Kubernetes name/],
    ['drain', '36d', /longer than 35 days/],
    ['at-rest', 'keep', /Write one of `reset`, `stop`/],
    ['canary-at-rest', '-1', /whole number from 0 to 100/],
    ['gitops', 'maybe', /Write one of `refuse`, `accept`/],
    ['dry-run', 'TRUE', /neither/],
    ['notify-webhook', 'hooks.example.com', /no http or https address/],
    ['notify', '- slack: hooks.example.com', /entry 1 `slack` has a url that cannot be used/],
    ['notify', 'slack', /is no list/],
    ['notify-on', 'never', /Write one of `failure`, `always`/],
  ])('%s = %s is refused, with its name, its value and the remedy', (name, value, problem) => {
    const { code, what, remedy } = refusal({ [name]: value });
    expect(code).toBe('INPUT_INVALID');
    expect(what).toMatch(new RegExp(`^An input cannot be used: \`${name}\``));
    expect(what).toMatch(problem);
    expect(remedy).toContain('Nothing was written');
    const secret = name === 'prometheus-url' || name === 'notify-webhook' || name === 'notify';
    expect(what.includes(`= \`${value.trim()}`)).toBe(!secret);
  });

  it('names every metrics preset and criterion there is when one is unknown', () => {
    for (const name of Object.keys(presets)) expect(refusal({ metrics: 'statsd' }).what).toContain(name);
    for (const name of ['error-rate', 'success-rate', 'latency-p99']) expect(refusal({ criteria: 'happiness: 9' }).what).toContain(name);
  });

  it.each(['service', 'image'] as const)('%s has to be there', (name) => {
    expect(refusal(without(name)).what).toBe(
      `An input cannot be used: \`${name}\` is missing. Give it in the \`with:\` block of the step.`,
    );
  });
});

describe('inputs together', () => {
  it('all that is wrong is said at once', () => {
    const { what } = refusal({ service: '', stages: '9@1m 5@1m', 'error-rate': '0.5', router: 'nginx', 'prometheus-service': 'm/p:9090' });
    expect(what).toMatch(/^5 inputs cannot be used: `service`, `router`, .*\n/);
    for (const name of ['service', 'stages', 'error-rate', 'router', 'prometheus-url']) expect(what).toContain(`- \`${name}\``);
  });

  it.each<readonly [string, Readonly<Record<string, string>>, string]>([
    [
      'less patience than an interval',
      { interval: '11m', 'no-data-timeout': '10m' },
      '`interval` and `no-data-timeout`: the first is longer than the second',
    ],
    ['both ways to Prometheus', { 'prometheus-service': 'm/p:9090' }, '`prometheus-url` and `prometheus-service`: both are given'],
    [
      'no way to Prometheus',
      { 'prometheus-url': '' },
      '`prometheus-url` and `prometheus-service`: neither is given. Nothing is promoted unmeasured',
    ],
    [
      'a token without an address',
      { 'prometheus-url': '', 'prometheus-service': 'm/p:9090', 'prometheus-token': 'hunter2' },
      '`prometheus-token` and `prometheus-url`: the first is of use only with the second',
    ],
    [
      'an authority without an address',
      { 'prometheus-url': '', 'prometheus-service': 'm/p:9090', 'prometheus-ca': 'pem' },
      '`prometheus-ca` and `prometheus-url`',
    ],
    [
      'headers without an address',
      { 'prometheus-url': '', 'prometheus-service': 'm/p:9090', 'prometheus-headers': 'a: b' },
      '`prometheus-headers` and `prometheus-url`',
    ],
    ['a canary of the same name', { 'canary-deployment': 'agent' }, '`service` and `canary-deployment`: both are the same'],
  ])('%s', (_, more, what) => {
    expect(refusal(more).what).toContain(what);
    expect(refusal(more).message).not.toContain('hunter2');
  });

  it('`stages` wins over `profile`', () => {
    expect(wishes({ profile: 'quick', stages: '50@1m' }).stages).toEqual([{ weight: 50, holdSeconds: 60 }]);
  });

  it('a Service in the cluster is asked through the API server, which is a permission to check', () => {
    const { connections, wishes: found } = given({ 'prometheus-url': '', 'prometheus-service': 'monitoring/prometheus:http-web' });
    expect(connections.prometheus).toEqual({ by: 'service', namespace: 'monitoring', name: 'prometheus', port: 'http-web' });
    expect(found.metricsService).toEqual({ namespace: 'monitoring', name: 'prometheus:http-web' });
  });

  it('no secret is in what a dry run prints', () => {
    const secrets = {
      kubeconfig: 'hunter1',
      'prometheus-token': 'hunter2',
      'prometheus-headers': 'X-Key: hunter3',
      'prometheus-ca': 'hunter4',
      'notify-webhook': 'https://h/hunter5',
      notify: '- slack: https://h/hunter6\n- github-issue: hunter7',
    };
    expect(JSON.stringify(wishes(secrets))).not.toMatch(/hunter|prometheus\.example/);
  });

  it('those who are told are the webhook and the list', () => {
    const { connections } = given({ 'notify-webhook': 'https://w', notify: '- slack: https://s\n- webhook: https://x' });
    expect(connections.notify).toEqual([
      { kind: 'webhook', url: 'https://w' },
      { kind: 'slack', url: 'https://s' },
      { kind: 'webhook', url: 'https://x' },
    ]);
  });

  it('a secret that is wrong is not shown', () => {
    const { message } = refusal({ 'prometheus-headers': 'hunter3', 'notify-webhook': 'hunter5' });
    expect(message).toContain('2 inputs cannot be used');
    expect(message).not.toContain('hunter');
  });
});

describe('what tools of this kind have silently let pass', () => {
  it('a criterion that is not known is refused, not ignored', () => {
    expect(refusal({ criteria: 'p99_latency: 2000ms' }).what).toContain('not known');
  });

  it('a success rate with an empty query, and criteria without a limit, are refused', () => {
    expect(refusal({ criteria: '{ name: rate, query: "" , min: 1 }' }).what).toContain('without a PromQL text');
    expect(refusal({ criteria: '{ name: rate, query: "up{$canary}" }' }).what).toContain('without a limit');
  });

  it('a canary that has users by its pods keeps none at rest', () => {
    const { what, remedy } = refusal({ router: 'replicas', 'canary-at-rest': '1' });
    expect(`${what} ${remedy}`).toMatch(/`canary-at-rest` and `router`: every pod of the canary has users/);
    for (const fine of [
      { router: 'replicas', 'canary-at-rest': '0' },
      { router: 'istio', 'canary-at-rest': '2' },
    ])
      expect(parseCanaryInputs(rawInputs({ ...least, ...fine })).wishes.canaryAtRest).toBe(Number(fine['canary-at-rest']));
  });

  it('criteria that are empty YAML are not taken for no criteria', () => {
    expect(refusal({ criteria: '# nothing yet' }).what).toContain('`criteria`');
  });
});

const promotion = (more: Readonly<Record<string, string>> = {}) =>
  parsePromoteInputs(rawInputs({ service: 'agent', 'prometheus-url': least['prometheus-url'], ...more }));

describe('actions/promote', () => {
  it('needs no image: it takes the one that was analysed, and its evidence', () => {
    expect(promotion().wishes).toMatchObject({
      action: 'promote',
      image: undefined,
      promote: true,
      requireEvidence: true,
      stages: [],
      smoke: [],
      atRest: 'reset',
    });
    expect(promotion({ 'canary-at-rest': '1' }).wishes.canaryAtRest).toBe(1);
  });

  it('shows everyone the new version for one interval before stable is touched', () => {
    expect(planRollout(promotion({ interval: '45s' }).wishes).stages).toEqual([{ weight: 100, holdSeconds: 45 }]);
  });

  it('without evidence needs the image', () => {
    expect(promotion({ image: 'agent:v2', 'require-evidence': 'false' }).wishes).toMatchObject({
      requireEvidence: false,
      image: { tag: 'v2' },
    });
    expect(failureOf(() => promotion({ 'require-evidence': 'false' })).what).toContain(
      '`image` and `require-evidence`: without evidence there is no image to promote',
    );
  });

  it.each([
    ['image', 'agent', /neither a tag nor a digest/],
    ['require-evidence', 'no', /neither `true` nor `false`/],
    ['canary-deployment', 'agent', /both are the same/],
    ['canary-at-rest', 'all', /whole number from 0 to 100/],
    ['prometheus-service', 'm/p:9', /both are given/],
  ])('%s = %s is refused', (name, value, problem) => {
    expect(failureOf(() => promotion({ [name]: value })).what).toMatch(problem);
  });

  it('knows no stages, no smoke checks and no other ending', () => {
    for (const name of ['stages', 'profile', 'smoke', 'promote', 'at-rest']) expect(promoteInputNames).not.toContain(name);
    expect(flow).toMatchObject({ name: 'promote', inputNames: promoteInputNames });
  });
});
