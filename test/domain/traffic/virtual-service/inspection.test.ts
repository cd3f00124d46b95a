import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import { istio } from '../../../../src/domain/traffic/istio.ts';
import { app, appOf, fixtureNames, inspectFixture, readAround, readRoute, routeWith, ruleList } from './fixtures.ts';

const texts = (problems: readonly { readonly what: string }[]): readonly string[] => problems.map(({ what }) => what);

interface Expected {
  readonly problems?: readonly RegExp[];
  readonly warnings?: readonly RegExp[];
  /** `x-canary = true` when it is left out. */
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
}

const canaryMissing = /has no http rule with the canary's destination/;
const stableMissing = /has no http rule that sends requests to/;
const ambiguous = /which are the same side/;
const coarse = /parts for .* beside a third backend, so/;
const nothingToSplit = /weight 0 beside a backend that has all the traffic/;
const halfName = /is neither a short name nor a full one/;
const subsetMissing = /^The subset .* is not there/;
const subsetTwice = /is defined 2 times/;
const missesStable = /does not select the pods of stable/;
const takesStable = /^The subset .* selects the pods of stable/;
const missesCanary = /does not select the pods of the canary/;
const takesCanary = /selects the pods of the canary too/;
const noInjection = /has no injection label/;
const ambient = /is in ambient mode/;
const noGateway = /has no gateway in spec\.gateways/;
const meshNotSplit = /are not split, they all go to stable/;
const meshReachesCanary = /would reach the canary's pods at weight 0/;
const edge = /past the mesh, so its requests all go to stable/;
const edgeReachesCanary = /past the mesh, so it reaches the canary's pods/;
const sidecarUnseen = /^Not checked: whether the controller of Ingress/;
const third = /these weights stay/;
const bypass = /sends everything to the canary/;
const mirror = /mirrors requests to the canary/;
const noHeader = /^No header route comes before/;
const otherPorts = /would end up there too/;
const connections = /connections are not split/;
const twoRules = /Istio merges them/;
const hash = /by consistentHash/;
const rival = /Istio takes the older of them and leaves the other out/;
const callersElsewhere = /^Callers of namespace web may follow VirtualService web\/agent/;
const narrower = /whose host is the narrower one/;
const merged = /in an order that nobody sets/;
const hidden = /one hides the other/;
const rulesElsewhere = /^Not checked: DestinationRule istio-system\/agent, web\/agent-canary, for the same host/;
const widerElsewhere = /^Not checked: DestinationRule istio-system\/default, for the same host/;
const otherController = /^Not checked: whether the controller of Ingress agent \(class alb\)/;

const table: Readonly<Record<string, Expected>> = {
  'agent-memory-by-two-hosts-at-rest-95-5': { problems: [edge], warnings: [otherPorts, noGateway, meshNotSplit] },
  'agent-service-by-subsets-v1-0-0-and-v1-1-0': { warnings: [twoRules, hash], headers: [{ name: 'canary', value: 'true' }] },
  'canary-first': {},
  'canary-missing': { problems: [canaryMissing], headers: [] },
  'canary-missing-beside-a-lone-stable-without-a-weight': { problems: [canaryMissing], headers: [] },
  'canary-missing-beside-a-third-destination': { problems: [canaryMissing], headers: [] },
  'canary-missing-in-two-rules': { problems: [canaryMissing], headers: [] },
  'canary-of-another-namespace': { problems: [canaryMissing], headers: [] },
  'canary-weight-omitted': {},
  'consistent-hash': { warnings: [hash] },
  'consistent-hash-of-a-port': { warnings: [hash] },
  'delegate-rule': {},
  'destination-rule-of-another-host': {},
  'destination-rules-of-other-namespaces': { warnings: [rulesElsewhere] },
  'destination-rules-of-other-namespaces-for-other-hosts': { warnings: [widerElsewhere] },
  'destination-subset-beside-two-hosts': {},
  'destination-subset-that-is-not-there': { problems: [subsetMissing] },
  'every-port-of-the-service-sent-to-one': { warnings: [otherPorts] },
  'full-and-short-names-mixed': {},
  'full-names': {},
  'gateway-without-the-mesh': { warnings: [meshNotSplit] },
  'grpc-port-not-split': {},
  'grpc-port-split-too': {},
  'header-route-after-the-split': { warnings: [noHeader] },
  'header-route-by-cookie': { headers: [] },
  'header-route-canary': { headers: [{ name: 'canary', value: 'true' }] },
  'header-route-for-another-uri': { warnings: [noHeader] },
  'header-route-for-the-same-uri': {},
  'header-route-with-a-weight-of-0': {},
  'header-route-x-canary': {},
  'header-routes-both-forms': {
    headers: [
      { name: 'x-canary', value: 'true' },
      { name: 'canary', value: 'true' },
    ],
  },
  'host-of-the-service-not-named': { warnings: [meshNotSplit] },
  'ingress-of-another-controller': { warnings: [otherController] },
  'ingress-of-another-service': {},
  'mirror-to-the-canary': { warnings: [mirror] },
  'mirrors-one-of-them-to-the-canary': { warnings: [mirror] },
  'names-with-namespace-only': { problems: [halfName, halfName] },
  'names-with-svc-only': { problems: [halfName] },
  'namespace-in-ambient-mode': { warnings: [ambient] },
  'namespace-of-a-revision': {},
  'namespace-without-injection': { problems: [noInjection] },
  'namespace-without-injection-behind-a-gateway': { warnings: [noInjection] },
  'nginx-at-the-edge-into-the-mesh': { warnings: [noGateway, sidecarUnseen] },
  'nginx-at-the-edge-past-the-mesh': { problems: [edge], warnings: [noGateway] },
  'nginx-at-the-edge-with-a-host-that-the-rules-do-not-have': { warnings: [edge] },
  'nginx-at-the-edge-with-the-host-of-the-service': { warnings: [sidecarUnseen] },
  'no-http-rules': { problems: [stableMissing], headers: [] },
  'one-rule': { warnings: [noHeader], headers: [] },
  'pods-that-are-injected-themselves': {},
  'public-host-with-a-gateway': {},
  'public-host-without-gateways': { warnings: [noGateway] },
  'public-host-without-gateways-and-none-that-serves-it': { warnings: [noGateway] },
  'retries-timeout-and-fault': {},
  'rewrite-headers-and-cors': {},
  'same-host-on-two-ports': { problems: [ambiguous] },
  'second-for-a-narrower-host': { warnings: [narrower] },
  'second-for-a-narrower-host-of-another-service': {},
  'second-for-a-wider-host': {},
  'second-for-connections-only': {},
  'second-for-the-host': { problems: [rival] },
  'second-for-the-host-of-another-namespace': { problems: [rival] },
  'second-for-the-host-seen-by-its-own-namespace-only': { warnings: [callersElsewhere] },
  'second-for-the-host-seen-by-nobody': {},
  'second-for-the-host-seen-by-others-than-the-route': {},
  'second-for-the-same-short-name-elsewhere': {},
  'second-for-the-same-wildcard': { problems: [rival] },
  'second-on-another-gateway': {},
  'second-on-the-gateway-for-every-request': { problems: [hidden] },
  'second-on-the-gateway-with-paths': { warnings: [merged] },
  'second-without-hosts-as-a-delegate': {},
  'split-and-other-rules': {},
  'split-by-header-already': { headers: [] },
  'stable-missing': { problems: [stableMissing], headers: [] },
  'stable-of-another-namespace-beside': { problems: [coarse], warnings: [third] },
  'status-with-an-error': {},
  'status-with-an-error-about-an-earlier-generation': {},
  'status-with-an-information': {},
  'stored-at-v1beta1': {},
  'subset-of-stable-selects-the-canary-too': { problems: [takesCanary] },
  'subset-of-the-canary-selects-stable': { problems: [takesStable, takesCanary] },
  'subset-that-does-not-select-stable': { problems: [missesStable] },
  'subset-that-does-not-select-the-users-canary': { problems: [missesCanary] },
  subsets: {},
  'subsets-and-a-third-one': { problems: [coarse], warnings: [third] },
  'subsets-behind-a-gateway-only': { problems: [meshReachesCanary] },
  'subsets-by-full-name': {},
  'subsets-canary-destination-missing': { problems: [canaryMissing], headers: [] },
  'subsets-defined-twice': { problems: [subsetTwice], warnings: [twoRules] },
  'subsets-in-two-destination-rules': { warnings: [twoRules] },
  'subsets-one-missing': { problems: [subsetMissing] },
  'subsets-rules-without-subsets': { problems: [canaryMissing], headers: [] },
  'subsets-with-nginx-at-the-edge': { problems: [edgeReachesCanary] },
  'subsets-without-destination-rule': { problems: [subsetMissing, subsetMissing] },
  'subsets-without-destination-rule-and-version-label': { problems: [subsetMissing, subsetMissing] },
  'tcp-and-tls-rules': { warnings: [connections, connections] },
  'third-destination': { problems: [coarse], warnings: [third] },
  'third-destination-at-weight-0': {},
  'third-destination-coarse': { problems: [coarse], warnings: [third] },
  'third-destination-takes-all': { problems: [nothingToSplit], warnings: [third] },
  'third-destination-without-a-weight': {},
  'two-destination-rules-for-one-host': { warnings: [twoRules] },
  'two-split-rules': {},
  'unknown-fields': {},
  'uri-that-goes-to-the-canary-only': { warnings: [bypass] },
  'weights-of-1-and-1': {},
  'weights-omitted': {},
};

const expectAll = (found: readonly string[], wanted: readonly RegExp[] = []): void => {
  expect(found).toEqual(wanted.map((pattern) => expect.stringMatching(pattern)));
};

describe('what is found in a VirtualService and around it', () => {
  it('has an expectation for every fixture, and there are enough', () => {
    expect(new Set(Object.keys(table))).toEqual(new Set(fixtureNames));
    expect(fixtureNames.length).toBeGreaterThanOrEqual(40);
  });

  it.each(fixtureNames)('%s', (name) => {
    const found = inspectFixture(name);
    expectAll(texts(found.problems), table[name]!.problems);
    expectAll(texts(found.warnings), table[name]!.warnings);
    expect(found.headers).toEqual(table[name]!.headers ?? [{ name: 'x-canary', value: 'true' }]);
    const { http = [], tcp = [], tls = [] } = readRoute(name)['spec'] as Record<string, object[] | undefined>;
    const protocols = [tcp, tls].filter((rules) => rules.length > 0).length;
    expect(found.splits.length + found.untouched.length).toBe(http.length + protocols);
  });

  it('says that there is no route', () => {
    expect(istio.inspect([], app, [5])).toMatchObject({ problems: [{ what: 'VirtualService shop/agent-vs is not there.' }], splits: [] });
  });

  it('says how each rule stands', () => {
    const { splits, untouched } = inspectFixture('split-and-other-rules');
    expect(splits).toEqual(['http rule 6 (every request) is split: the canary `agent-canary` has 10 % now']);
    expect(untouched.map((text) => text.replace(/^.* is left alone: /, ''))).toEqual([
      'it is a header route to the canary',
      'it is answered by the proxy itself',
      'it is answered by the proxy itself',
      'it goes to `agent` and not to the canary, so it gets the new version with the promotion',
      'it goes elsewhere',
    ]);
    expect(inspectFixture('tcp-and-tls-rules').untouched.slice(1)).toEqual(['1 tcp rule is left alone', '1 tls rule is left alone']);
  });

  it('knows nothing of what it was not shown', () => {
    const { problems, warnings } = istio.inspect([readRoute('header-route-x-canary')], app, [5]);
    expect([problems, warnings]).toEqual([[], []]);
  });
});

/** One whole message of each kind. */
const messages: readonly (readonly [string, 'problems' | 'warnings', number, string])[] = [
  [
    'agent-memory-by-two-hosts-at-rest-95-5',
    'problems',
    0,
    'Ingress agent-memory-ingress leads to the Service `agent-memory` past the mesh, so its requests all go to stable whatever the weights are: `service-upstream` is missing. → Take the controller into the mesh (a sidecar in its pods) and write the Ingress like this, or let the host in by an Istio gateway:',
  ],
  [
    'agent-memory-by-two-hosts-at-rest-95-5',
    'warnings',
    0,
    'http rule 2 (every request) names no port and sends to port 80: calls to port 9090 of Service agent-memory would end up there too. → Give each port a rule of its own, with `port` in its match and the same split.',
  ],
  [
    'agent-memory-by-two-hosts-at-rest-95-5',
    'warnings',
    1,
    'The public host `agent-api.example.com` has no gateway in spec.gateways: the rules hold only for callers inside the mesh, and not for what comes in from outside. → See that the controller at the edge is in the mesh, or name the gateway that the host comes in by.',
  ],
  [
    'agent-memory-by-two-hosts-at-rest-95-5',
    'warnings',
    2,
    'Calls inside the mesh to `agent-memory` are not split, they all go to stable: spec.hosts does not contain `agent-memory`. → Take them in:',
  ],
  [
    'agent-service-by-subsets-v1-0-0-and-v1-1-0',
    'warnings',
    0,
    '2 DestinationRules are for host agent-service (agent-service, agent-service-lb). Istio merges them: of their traffic policies only one holds, and which one depends on their age. → Put all subsets and policies of the host into one.',
  ],
  [
    'agent-service-by-subsets-v1-0-0-and-v1-1-0',
    'warnings',
    1,
    'DestinationRule agent-service-lb pins callers to pods by consistentHash: the pods of one side are loaded unevenly, so a canary of few pods may be measured on few users. → Allow for it in `min-requests` and the time of the stages, or leave consistentHash out during rollouts.',
  ],
  [
    'canary-missing',
    'problems',
    0,
    "VirtualService shop/agent-vs has no http rule with the canary's destination `agent-canary` beside `agent`: http rule 1 `default` (every request). → Put it in at weight 0, in each rule that is to be split. In all of them it reads:",
  ],
  [
    'destination-subset-that-is-not-there',
    'problems',
    0,
    'The subset `v1` of host agent is not there: agent does not define it. Requests for it would be answered with 503. → Define it, by a label that only the pods of its side have.',
  ],
  [
    'header-route-after-the-split',
    'warnings',
    0,
    'No header route comes before http rule 1 (every request): nobody can ask for the canary there before it has weight. → Put a rule for it in front; the first rule that matches wins:',
  ],
  [
    'mirror-to-the-canary',
    'warnings',
    0,
    'http rule 2 (every request) mirrors requests to the canary `agent-canary` at every weight. They count in its metrics, and its answers to them reach nobody. → Leave mirrored requests out of the queries of the criteria, or take the mirror out.',
  ],
  [
    'names-with-namespace-only',
    'problems',
    0,
    'The destination `agent-canary.shop` is neither a short name nor a full one: Istio takes a host with a dot as it is, and finds no Service by it. → Write `agent-canary.shop.svc.cluster.local`.',
  ],
  [
    'namespace-in-ambient-mode',
    'warnings',
    0,
    'Namespace shop is in ambient mode: a VirtualService is in force there only behind a waypoint, which was not checked. → See that a waypoint serves the host, or use `router: gateway-api`.',
  ],
  [
    'namespace-without-injection',
    'problems',
    0,
    'Namespace shop has no injection label (istio-injection=enabled, or istio.io/rev): its pods get no sidecar, so their calls are not split and they have no `istio_*` metrics. → Label the namespace, then restart what runs in it:',
  ],
  [
    'nginx-at-the-edge-into-the-mesh',
    'warnings',
    1,
    'Not checked: whether the controller of Ingress agent has a sidecar. Without one its requests do not follow the weights. → See in the first stage that the measured share follows the weight.',
  ],
  [
    'no-http-rules',
    'problems',
    0,
    'VirtualService shop/agent-vs has no http rule that sends requests to `agent`. → Name the route of the service in the input `route`, its hosts and subsets in theirs, or add a rule at the end:',
  ],
  [
    'second-for-the-host-of-another-namespace',
    'problems',
    0,
    'VirtualService web/agent is for `agent.shop.svc.cluster.local` in the mesh too, beside agent-vs: Istio takes the older of them and leaves the other out, so a weight may be without effect. → Put all http rules of the host into one of them, and take the host out of the other.',
  ],
  [
    'second-for-the-host-seen-by-its-own-namespace-only',
    'warnings',
    0,
    'Callers of namespace web may follow VirtualService web/agent for `agent.shop.svc.cluster.local`, and not the weights of agent-vs: it is for them alone. → Give it the same split by hand, or take it away, if these callers are to meet the canary.',
  ],
  [
    'second-for-a-narrower-host',
    'warnings',
    0,
    'Requests for `eu.example.com` follow VirtualService shop/agent-eu, whose host is the narrower one, and not the weights of agent-vs. → Give it the same split by hand, or take the host out of it, so that agent-vs has it.',
  ],
  [
    'second-on-the-gateway-for-every-request',
    'problems',
    0,
    'VirtualService istio-system/front serves `AGENT.example.com.` by the gateway `istio-system/public` too, beside agent-vs, and both have a rule for every request: Istio merges them and one hides the other, so a weight may be without effect. → Leave the rule for every request in one of them.',
  ],
  [
    'second-on-the-gateway-with-paths',
    'warnings',
    0,
    'VirtualService web/files serves `agent.example.com` by the gateway `istio-system/public` too, beside agent-vs: Istio merges their rules in an order that nobody sets, so requests that rules of both match may not follow the weights. → See that no request is matched by both, or put the rules into one of them.',
  ],
  [
    'destination-rules-of-other-namespaces',
    'warnings',
    0,
    'Not checked: DestinationRule istio-system/agent, web/agent-canary, for the same host and outside of namespace shop. Callers to whom Istio gives it go by its subsets and policies. → See that it has the same subsets and pins nobody, or put everything into one of namespace shop.',
  ],
  [
    'destination-rules-of-other-namespaces-for-other-hosts',
    'warnings',
    0,
    'Not checked: DestinationRule istio-system/default, for the same host and outside of namespace shop. Callers to whom Istio gives it go by its subsets and policies. → See that it has the same subsets and pins nobody, or put everything into one of namespace shop.',
  ],
  [
    'ingress-of-another-controller',
    'warnings',
    0,
    'Not checked: whether the controller of Ingress agent (class alb) is in the mesh and sends to the address of Service agent. Otherwise its requests go to stable whatever the weights are. → See in the first stage that the measured share follows the weight, or let the host in by an Istio gateway.',
  ],
  [
    'same-host-on-two-ports',
    'problems',
    0,
    'http rule 2 (every request) names `agent` (port 80) and `agent` (port 8080), which are the same side: how its share is to be divided among them cannot be told, and at weight 0 the division would be lost. → Give each a rule of its own, with stable and canary once in each.',
  ],
  [
    'stable-of-another-namespace-beside',
    'problems',
    0,
    'http rule 2 (every request) has 50 parts for `agent` and `agent-canary` beside a third backend, so 5 % would be 3 of them, which is 6 % and 25 % would be 13 of them, which is 26 %. → Multiply all weights of the rule, which changes no share (old versions of Istio refuse weights that do not sum to 100: choose other stages there). Write the route like this:',
  ],
  [
    'stable-of-another-namespace-beside',
    'warnings',
    0,
    "http rule 2 (every request) also sends 50 of 100 to `agent.shop-west.svc.cluster.local`: these weights stay, and the canary's percentages are shares of the other 50 of 100. → Nothing, if that is what is meant.",
  ],
  [
    'subset-of-stable-selects-the-canary-too',
    'problems',
    0,
    'The subset `stable` (app=agent) selects the pods of the canary too: it would get traffic at weight 0. → Give the pods of both sides a label with different values, and select by it in the subsets.',
  ],
  [
    'subset-of-the-canary-selects-stable',
    'problems',
    0,
    'The subset `canary` (app=agent) selects the pods of stable, Deployment agent (app=agent,version=v1). → Give the pods of both sides a label with different values, and select by it in the subsets.',
  ],
  [
    'subset-that-does-not-select-stable',
    'problems',
    0,
    'The subset `stable` (version=v0) does not select the pods of stable, Deployment agent (app=agent,version=v1). → Give the pods of both sides a label with different values, and select by it in the subsets.',
  ],
  [
    'subset-that-does-not-select-the-users-canary',
    'problems',
    0,
    'The subset `canary` (version=canary) does not select the pods of the canary, Deployment agent-canary. → Give the pods of both sides a label with different values, and select by it in the subsets.',
  ],
  [
    'subsets-behind-a-gateway-only',
    'problems',
    0,
    "Calls inside the mesh to `agent` would reach the canary's pods at weight 0: spec.gateways does not contain `mesh`. → Take them in:",
  ],
  [
    'subsets-defined-twice',
    'problems',
    0,
    'The subset `canary` of host agent is defined 2 times (DestinationRule agent and agent-2): which pods it means cannot be told. → Define it in one DestinationRule of the host.',
  ],
  [
    'subsets-with-nginx-at-the-edge',
    'problems',
    0,
    "Ingress agent leads to the Service `agent` past the mesh, so it reaches the canary's pods at weight 0: `service-upstream` and `upstream-vhost` are missing. → Take the controller into the mesh (a sidecar in its pods) and write the Ingress like this, or let the host in by an Istio gateway:",
  ],
  [
    'tcp-and-tls-rules',
    'warnings',
    0,
    'VirtualService shop/agent-vs has 1 tcp rule: connections are not split, only http requests are. → Nothing, if these connections are to meet the new version only with the promotion.',
  ],
  [
    'third-destination-takes-all',
    'problems',
    0,
    'http rule 2 (every request) gives `agent` and `agent-canary` weight 0 beside a backend that has all the traffic: there is nothing to split. → Give `agent` a weight in the rule.',
  ],
  [
    'uri-that-goes-to-the-canary-only',
    'warnings',
    0,
    'http rule 2 (uri under "/preview") sends everything to the canary `agent-canary`, whatever its weight is, and not only what asks for it with a header. No rollout and no rollback changes that. → Add the stable destination to the rule, or a header match, if these requests are not meant to depend on the canary.',
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

/** A remedy's object in the place of the one of its name, or beside. */
function mendedBy(name: string, yaml: string) {
  const object = parse(yaml) as KubernetesObject;
  const [route, around] = [readRoute(name), readAround(name)];
  const isIt = (each: KubernetesObject) => each.kind === object.kind && each.metadata.name === object.metadata.name;
  if (isIt(route)) return { route: { ...object, metadata: route.metadata }, around };
  return { route, around: [...around.filter((each) => !isIt(each)), object] };
}

describe('the YAML of each finding mends it', () => {
  const cases = fixtureNames.flatMap((name) => {
    const { problems, warnings } = inspectFixture(name);
    return [...problems, ...warnings].flatMap(({ what, yaml }) => (yaml === undefined ? [] : [[name, what, yaml] as const]));
  });

  it('is there where something can be written down', () => expect(cases.length).toBeGreaterThan(20));

  it.each(cases)('%s: %s', (name, what, yaml) => {
    const { route, around } = mendedBy(name, yaml);
    const after = istio.inspect([route], appOf(name), [5, 25, 50, 100], around);
    const left = [...after.problems, ...after.warnings];
    expect(texts(left)).not.toContain(what);
    // What the remedy puts in has itself to be sound.
    expect(after.problems.length).toBeLessThanOrEqual(inspectFixture(name).problems.length);
    expect(after.splits.length).toBeGreaterThan(0);
  });

  it('keeps the whole rule but for the added destination, and gives a lone one its weight', () => {
    const [problem] = inspectFixture('canary-missing-beside-a-lone-stable-without-a-weight').problems;
    expect(ruleList(parse(problem!.yaml!) as KubernetesObject)).toEqual([
      {
        route: [
          { destination: { host: 'agent' }, weight: 100 },
          { destination: { host: 'agent-canary' }, weight: 0 },
        ],
      },
    ]);
    const [other] = inspectFixture('canary-missing').problems;
    expect(ruleList(parse(other!.yaml!) as KubernetesObject)).toMatchObject([
      { name: 'default', timeout: '2s', route: [{}, { destination: { port: { number: 80 } } }] },
    ]);
  });
});

describe('a header route', () => {
  const split = (match: object) => ({
    match: [match],
    route: [{ destination: { host: 'agent' } }, { destination: { host: 'agent-canary' } }],
  });
  const header = (match: object) => ({
    match: [{ ...match, headers: { ...(match as { headers?: object }).headers, 'x-canary': { exact: 'true' } } }],
    route: [{ destination: { host: 'agent-canary' } }],
  });
  const covered = (special: object, rule: object) =>
    !texts(istio.inspect([routeWith([special, rule])], app, []).warnings).some((text) => noHeader.test(text));

  it('covers what asks for no more than it does', () => {
    expect(covered(header({}), split({ uri: { prefix: '/api' } }))).toBe(true);
    expect(covered(header({ uri: { prefix: '/api' } }), split({ uri: { prefix: '/api' }, port: 80 }))).toBe(true);
    expect(covered(header({ uri: { prefix: '/api' } }), split({}))).toBe(false);
    expect(covered(header({ uri: { prefix: '/api' } }), split({ uri: { exact: '/api' } }))).toBe(false);
    expect(covered(header({ sourceLabels: { app: 'web' } }), split({}))).toBe(false);
    expect(covered(header({ withoutHeaders: { a: {} } }), split({}))).toBe(false);
    // The very match of the split rule: the header tells nothing apart.
    expect(covered(header({}), split({ headers: { 'X-Canary': { exact: 'true' } } }))).toBe(false);
  });
});
