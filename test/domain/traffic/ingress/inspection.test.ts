import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import { appOf, fixtureNames, inspectAround, inspectFixture, readAround } from './fixtures.ts';

const texts = (problems: readonly { readonly what: string }[]): readonly string[] => problems.map(({ what }) => what);

interface Expected {
  readonly problems?: readonly RegExp[];
  readonly warnings?: readonly RegExp[];
  readonly splits: number;
  readonly untouched?: number;
  /** `X-Canary = true` when it is left out. */
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
}

const stableMissing = /^Ingress shop\/agent is not there/;
const canaryMissing = /nothing carries the canary's weight for/;
const routeIsCanary = /is itself marked as a canary/;
const leadsElsewhere = /has no path that leads to the Service/;
const notMirrored = /does not mirror/;
const secondCanary = /is a second canary for/;
const secondIngress = /too, beside agent/;
const affinity = /has the annotation `affinity`/;
const otherClass = /Not checked: whether ingress-nginx serves it/;
const noAddress = /has no address in its status/;
const ignoredTotal = /which the controller ignores/;
const unreadable = /which the controller takes for 0/;
const noHeader = /^No header reaches the canary/;

const table: Readonly<Record<string, Expected>> = {
  'affinity-cookie': { warnings: [affinity], splits: 1 },
  'affinity-cookie-with-legacy-canaries': { warnings: [affinity], splits: 1 },
  'agent-memory-ingress-without-a-canary': { problems: [canaryMissing], warnings: [noAddress], splits: 0, untouched: 1, headers: [] },
  'agent-service-ingress-beside-ai-workflow-ingress': {
    problems: [canaryMissing, secondIngress],
    warnings: [affinity, noAddress],
    splits: 0,
    untouched: 1,
    headers: [],
  },
  'ai-workflow-ingress-alone': { warnings: [noAddress], splits: 1, untouched: 3 },
  'any-host': { splits: 1 },
  'canary-annotation-false': { problems: [notMirrored], splits: 1 },
  'canary-annotation-missing': { problems: [notMirrored], splits: 1 },
  'canary-ingress-missing': { problems: [canaryMissing], splits: 0, untouched: 1, headers: [] },
  'canary-ingress-missing-of-two-paths': { problems: [canaryMissing], splits: 0, untouched: 3, headers: [] },
  'canary-of-another-class': { problems: [notMirrored], splits: 1 },
  'canary-of-another-host': { problems: [notMirrored], splits: 0, untouched: 1 },
  'canary-of-another-path-type': { problems: [notMirrored], splits: 0, untouched: 1 },
  'canary-path-that-stable-does-not-have': { problems: [notMirrored], splits: 1 },
  'canary-spelled-1': { splits: 1 },
  'canary-that-leads-elsewhere': { problems: [notMirrored], splits: 1 },
  'canary-that-leads-to-stable': { problems: [notMirrored], splits: 1 },
  'class-annotation': { splits: 1 },
  'class-annotation-missing-on-the-canary': { problems: [notMirrored], splits: 1 },
  'class-of-another-name': { warnings: [otherClass], splits: 1 },
  'cookie-only': { splits: 1, headers: [] },
  'default-backend': { splits: 1, untouched: 1 },
  'header-always': { splits: 1, headers: [{ name: 'X-Canary', value: 'always' }] },
  'header-and-cookie': { splits: 1 },
  'header-at-weight-0': { splits: 1 },
  'header-value-and-pattern': { splits: 1 },
  'header-with-pattern': { splits: 1, headers: [] },
  'header-with-value': { splits: 1 },
  'limits-and-service-upstream': { splits: 1 },
  midway: { splits: 1 },
  'no-address': { warnings: [noAddress], splits: 1 },
  'no-class': { splits: 1 },
  'no-header': { warnings: [noHeader], splits: 1, headers: [] },
  'one-path': { splits: 1 },
  'port-by-name': { splits: 1 },
  'second-canary-ingress': { problems: [secondCanary], splits: 1 },
  'second-canary-ingress-of-another-namespace': { problems: [secondCanary], splits: 1 },
  'second-ingress-of-another-class': { splits: 1 },
  'second-ingress-of-another-namespace-and-host': { splits: 1 },
  'second-ingress-of-another-path-type': { problems: [secondIngress], splits: 1 },
  'second-ingress-on-another-path': { splits: 1 },
  'second-ingress-on-the-path': { problems: [secondIngress], splits: 1 },
  'second-ingress-on-the-path-of-another-namespace': { problems: [secondIngress], splits: 1 },
  'stable-ingress-is-the-canary': { problems: [routeIsCanary], splits: 1 },
  'stable-ingress-missing': { problems: [stableMissing], splits: 0, headers: [] },
  'stable-leads-elsewhere': { problems: [leadsElsewhere], warnings: [noAddress], splits: 0, untouched: 1 },
  'tls-on-stable-only': { splits: 1 },
  'total-0': { warnings: [ignoredTotal], splits: 1 },
  'total-10-which-the-controller-ignores': { warnings: [ignoredTotal], splits: 1 },
  'total-100-spelled-out': { splits: 1 },
  'total-1000': { splits: 1 },
  'total-10000': { splits: 1 },
  'total-150': { splits: 1 },
  'total-that-is-no-number': { warnings: [ignoredTotal], splits: 1 },
  'two-hosts': { splits: 2 },
  'two-hosts-one-not-mirrored': { problems: [notMirrored], splits: 1, untouched: 1 },
  'two-paths-and-another-service': { splits: 2, untouched: 1 },
  'two-paths-one-not-mirrored': { problems: [notMirrored], splits: 1, untouched: 2 },
  'unknown-annotations-and-fields': { splits: 1 },
  'weight-100': { splits: 1 },
  'weight-above-the-total': { splits: 1 },
  'weight-below-0': { splits: 1 },
  'weight-empty': { splits: 1 },
  'weight-missing': { splits: 1 },
  'weight-that-is-no-number': { warnings: [unreadable], splits: 1 },
  'weight-with-decimals': { warnings: [unreadable], splits: 1 },
  'weight-with-spaces': { splits: 1 },
};

const expectAll = (found: readonly string[], wanted: readonly RegExp[] = []): void => {
  expect(found).toEqual(wanted.map((pattern) => expect.stringMatching(pattern)));
};

describe('what is found in the Ingresses of a namespace', () => {
  it('has an expectation for every fixture, and there are enough', () => {
    expect(new Set(Object.keys(table))).toEqual(new Set(fixtureNames));
    expect(fixtureNames.length).toBeGreaterThanOrEqual(40);
  });

  it.each(fixtureNames)('%s', (name) => {
    const found = inspectFixture(name);
    expectAll(texts(found.problems), table[name]!.problems);
    expectAll(texts(found.warnings), table[name]!.warnings);
    expect(found.headers).toEqual(table[name]!.headers ?? [{ name: 'X-Canary', value: 'true' }]);
    expect([found.splits.length, found.untouched.length]).toEqual([table[name]!.splits, table[name]!.untouched ?? 0]);
  });

  it('says how each path stands', () => {
    const { splits, untouched } = inspectFixture('two-paths-one-not-mirrored');
    expect(splits).toEqual(['shop.example.com/api/agents is split: the canary `agent-canary` has 0 % now']);
    expect(untouched).toEqual([
      'shop.example.com/api/files is left alone: it goes elsewhere',
      'shop.example.com/api/agents/stream is split with the others, without a rule of its own: it goes to the same port of `agent`',
    ]);
    expect(inspectFixture('default-backend').untouched).toEqual([
      'the default backend is split with the others, without a rule of its own: it goes to the same port of `agent`',
    ]);
  });
});

/** One whole message of each kind, and every way in which a canary Ingress may not mirror stable's. */
const messages: readonly (readonly [string, 'problems' | 'warnings', number, string])[] = [
  [
    'affinity-cookie',
    'warnings',
    0,
    'Ingress agent has the annotation `affinity` = `cookie`: users stay on the version that they met first, so the measured share follows a weight late, also on the way back. → Allow for it in the stages and in `drain`, or leave it out during rollouts.',
  ],
  [
    'agent-memory-ingress-without-a-canary',
    'problems',
    0,
    "Ingress production/agent-memory-ingress-canary is not there: nothing carries the canary's weight for agent-api.example.com/. → Create it at weight 0:",
  ],
  [
    'agent-memory-ingress-without-a-canary',
    'warnings',
    0,
    'Ingress agent-memory-ingress has no address in its status: perhaps no controller serves it. → See that the controller of its class runs. One that does not publish its address is no fault.',
  ],
  [
    'agent-service-ingress-beside-ai-workflow-ingress',
    'problems',
    1,
    'Ingress ai-workflow-ingress serves api.aiworkflow.com/api/agents too, beside agent-service-ingress: the controller takes one of them, so a weight may be without effect. → Leave the path in one of them.',
  ],
  [
    'canary-annotation-false',
    'problems',
    0,
    'Ingress agent-canary does not mirror agent: it is not annotated with `canary: "true"`, so it is a second Ingress on the same path. → Write it like this:',
  ],
  [
    'canary-annotation-missing',
    'problems',
    0,
    'Ingress agent-canary does not mirror agent: it is not annotated with `canary: "true"`, so it is a second Ingress on the same path. → Write it like this:',
  ],
  [
    'canary-of-another-class',
    'problems',
    0,
    "Ingress agent-canary does not mirror agent: its class is internal and stable's is nginx. → Write it like this:",
  ],
  [
    'canary-of-another-host',
    'problems',
    0,
    "Ingress agent-canary does not mirror agent: it has not the host, path and path type of shop.example.com/; it has beta.example.com/, which stable's does not send to `agent`. → Write it like this:",
  ],
  [
    'canary-of-another-path-type',
    'problems',
    0,
    "Ingress agent-canary does not mirror agent: it has not the host, path and path type of shop.example.com/; it has shop.example.com/, which stable's does not send to `agent`. → Write it like this:",
  ],
  [
    'canary-path-that-stable-does-not-have',
    'problems',
    0,
    "Ingress agent-canary does not mirror agent: it has shop.example.com/beta, which stable's does not send to `agent`. → Write it like this:",
  ],
  [
    'canary-that-leads-elsewhere',
    'problems',
    0,
    'Ingress agent-canary does not mirror agent: it does not lead to the Service `agent-canary` at shop.example.com/. → Write it like this:',
  ],
  [
    'canary-that-leads-to-stable',
    'problems',
    0,
    'Ingress agent-canary does not mirror agent: it does not lead to the Service `agent-canary` at shop.example.com/. → Write it like this:',
  ],
  [
    'class-annotation-missing-on-the-canary',
    'problems',
    0,
    "Ingress agent-canary does not mirror agent: its class is none and stable's is nginx. → Write it like this:",
  ],
  [
    'class-of-another-name',
    'warnings',
    0,
    'Ingress agent is of the class `public`. Not checked: whether ingress-nginx serves it. Other controllers do not know these annotations. → See in the first stage that the measured share follows the weight.',
  ],
  [
    'no-header',
    'warnings',
    0,
    'No header reaches the canary through Ingress agent-canary: nobody can ask for it before it has weight. → Add the header beside the weight; it comes first:',
  ],
  [
    'second-canary-ingress-of-another-namespace',
    'problems',
    0,
    'Ingress beta/agent-canary is a second canary for shop.example.com/: the controller takes one canary for a path and ignores the others. → Leave the path in one of them.',
  ],
  [
    'second-ingress-on-the-path-of-another-namespace',
    'problems',
    0,
    'Ingress old-shop/agent serves shop.example.com/ too, beside agent: the controller takes one of them, so a weight may be without effect. → Leave the path in one of them.',
  ],
  [
    'second-canary-ingress',
    'problems',
    0,
    'Ingress agent-canary-2 is a second canary for shop.example.com/: the controller takes one canary for a path and ignores the others. → Delete it, or name it `agent-canary` in the place of the other.',
  ],
  [
    'stable-ingress-is-the-canary',
    'problems',
    0,
    'Ingress agent is itself marked as a canary. → Name the Ingress of stable in the input `route`: that of the canary is called as it with `-canary`.',
  ],
  [
    'stable-ingress-missing',
    'problems',
    0,
    'Ingress shop/agent is not there. → Create it, or name the Ingress of stable in the input `route`.',
  ],
  [
    'stable-leads-elsewhere',
    'problems',
    0,
    'Ingress agent has no path that leads to the Service `agent`. → Name the Ingress of the service in the input `route`.',
  ],
  [
    'total-0',
    'warnings',
    0,
    'Ingress agent-canary has `canary-weight-total` = `0`, which the controller ignores: it counts 100, and so does wf-deploy. → Write a whole number from 100 on, or leave it out.',
  ],
  [
    'two-hosts-one-not-mirrored',
    'problems',
    0,
    'Ingress agent-canary does not mirror agent: it has not the host, path and path type of www.example.com/. → Write it like this:',
  ],
  [
    'two-paths-one-not-mirrored',
    'problems',
    0,
    'Ingress agent-canary does not mirror agent: it has not the host, path and path type of shop.example.com/api/agents/stream. → Write it like this:',
  ],
  [
    'weight-that-is-no-number',
    'warnings',
    0,
    'Ingress agent-canary has `canary-weight` = `ten`, which the controller takes for 0. → It is written as a whole number with the first weight.',
  ],
];

describe('what is said', () => {
  it.each(messages)('%s: %s %d', (name, list, index, text) => {
    const { what, remedy } = inspectFixture(name)[list][index]!;
    expect(`${what} → ${remedy}`).toBe(text);
  });

  it('is there of every kind', () => {
    const kinds = new Set(Object.values(table).flatMap(({ problems = [], warnings = [] }) => [...problems, ...warnings]));
    for (const kind of kinds) expect(messages.filter(([, , , text]) => kind.test(text.split(' → ')[0] ?? '')).length).toBeGreaterThan(0);
  });
});

describe('the YAML of each finding mends it', () => {
  const cases = fixtureNames.flatMap((name) => {
    const { problems, warnings } = inspectFixture(name);
    return [...problems, ...warnings].flatMap(({ what, yaml }) => (yaml === undefined ? [] : [[name, what, yaml] as const]));
  });

  it('is there for each pair that is none yet', () => expect(cases.length).toBeGreaterThan(12));

  it.each(cases)('%s: %s', (name, what, yaml) => {
    const written = parse(yaml) as KubernetesObject;
    const others = readAround(name).filter(({ metadata }) => metadata.name !== written.metadata.name);
    const after = inspectAround([...others, written], appOf(name));
    expect(texts([...after.problems, ...after.warnings])).not.toContain(what);
    expect(after.problems.filter((problem) => !inspectFixture(name).problems.some((before) => before.what === problem.what))).toEqual([]);
    expect(after.splits.length).toBeGreaterThan(0);
    expect(after.headers).not.toEqual([]);
  });

  it('is stable’s Ingress with the canary behind its own paths alone, at weight 0 and with a header', () => {
    const [problem] = inspectFixture('canary-ingress-missing-of-two-paths').problems;
    const backend = { service: { name: 'agent-canary', port: { number: 80 } } };
    expect(parse(problem!.yaml!)).toEqual({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: {
        name: 'agent-canary',
        namespace: 'shop',
        annotations: {
          'nginx.ingress.kubernetes.io/canary': 'true',
          'nginx.ingress.kubernetes.io/canary-weight': '0',
          'nginx.ingress.kubernetes.io/canary-by-header': 'X-Canary',
          'nginx.ingress.kubernetes.io/canary-by-header-value': 'true',
        },
      },
      spec: {
        ingressClassName: 'nginx',
        rules: [
          {
            host: 'shop.example.com',
            http: {
              paths: [
                { path: '/api/agents', pathType: 'Prefix', backend },
                { path: '/api/agents/stream', pathType: 'Exact', backend },
              ],
            },
          },
        ],
      },
    });
  });
});
