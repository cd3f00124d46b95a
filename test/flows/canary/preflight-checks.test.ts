import { beforeAll, describe, expect, it } from '@jest/globals';
import { Deployment, HTTPRoute, NetworkPolicy } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { cloneOf } from '../../../src/domain/rollout/canary-deployment.ts';
import { type LeaseView, readLease } from '../../../src/domain/rollout/lease.ts';
import {
  isolation,
  missingObjects,
  ownership,
  permissions,
  restingRoute,
  stableHealth,
} from '../../../src/flows/canary/preflight-checks.ts';
import { type Survey, survey } from '../../../src/flows/canary/survey.ts';
import { forbidden } from '../memory-cluster/failures.ts';
import { newImage, planOf, shop } from './shop.ts';

const plan = planOf();
let good: Survey;
beforeAll(async () => {
  const on = shop();
  good = await on.clock.until(survey(on.world, plan));
});
const nothing = { problems: [], warnings: [] };
const lease = (more: Partial<LeaseView> = {}): LeaseView => ({
  ...readLease({ apiVersion: 'v1', kind: 'Lease', metadata: { name: 'x' } }),
  ...more,
});
const rollout = (phase: 'resting' | 'stages') =>
  ({ phase, weight: 5, container: 'agent', image: newImage, previousImage: 'o', run: 'r', since: 's' }) as const;

it('a service in order passes every check', () => {
  for (const check of [missingObjects, permissions, ownership, stableHealth]) expect(check(plan, good)).toEqual(nothing);
});

describe('missingObjects', () => {
  it('names what is not there; of the route the router says it', () => {
    const found = { ...good, stable: undefined, routes: [] };
    expect(missingObjects(plan, found).problems.map(({ what }) => what)).toEqual(['Deployment shop/agent is not there.']);
    const { problems } = plan.router.inspect(found.routes, found.app, [25], found.around);
    expect(problems.map(({ what }) => what)).toEqual(['HTTPRoute shop/agent is not there.']);
  });

  it.each([
    ['required', 'get', 0],
    ['required', 'list', 0],
    ['required', 'watch', 1],
    ['advisory', 'list', 1],
  ] as const)('may be there where a right is denied that is %s, to %s: %j problem', (need, verb, problems) => {
    const denied = [{ namespace: 'shop', group: 'apps', resource: Deployment.resource, verb, need, why: 'see' }];
    expect(missingObjects(plan, { ...good, stable: undefined, denied }).problems).toHaveLength(problems);
  });
});

describe('permissions', () => {
  const allowed = async (denies: (resource: string, verb: string) => boolean) => {
    const on = shop();
    on.cluster.allows = (review) => {
      const { resource, verb } = (review['spec'] as { readonly resourceAttributes: { readonly resource: string; readonly verb: string } })
        .resourceAttributes;
      return !denies(resource, verb);
    };
    return permissions(plan, await on.clock.until(survey(on.world, plan)));
  };

  it('a required one that is denied is a problem, with the role that grants it', async () => {
    const { problems } = await allowed((resource, verb) => resource === Deployment.resource && verb === 'patch');
    expect(problems).toMatchObject([
      { what: expect.stringMatching(/^Permissions are missing: patch deployments/), yaml: expect.stringContaining('kind: Role') },
    ]);
    // A Role of that name that is there already loses nothing when the YAML replaces it.
    for (const resource of ['leases', 'httproutes', 'pods/log']) expect(problems[0]?.yaml).toContain(`- ${resource}\n`);
  });

  it('a promotion, which asks no smoke checks, has a Role of its own', async () => {
    const promotion = { ...plan, action: 'promote' as const };
    const missing = { ...good, denied: good.wanted.slice(0, 1) };
    const names = [plan, promotion].map((each) => /name: (\S+)/.exec(permissions(each, missing).problems[0]?.yaml ?? '')?.[1]);
    expect(names).toEqual(['wf-deploy-agent', 'wf-deploy-agent-promotion']);
  });

  it('an advisory one is "not checked", never a pass', async () => {
    const { problems, warnings } = await allowed((resource) => resource === 'events');
    expect(problems).toEqual([]);
    expect(warnings).toMatchObject([{ what: expect.stringMatching(/^Not checked for lack of permission: .*events/) }]);
  });
});

describe('isolation', () => {
  const policy = (name: string, spec: object) => ({ ...NetworkPolicy, metadata: { name, namespace: 'shop' }, spec });
  const deny = policy('deny', { podSelector: {}, policyTypes: ['Ingress'] });
  const web = (...names: readonly string[]) =>
    policy('web', {
      podSelector: { matchExpressions: [{ key: 'wf-deploy.io/track', operator: 'NotIn', values: names }] },
      policyTypes: ['Ingress'],
      ingress: [{}],
    });
  const look = async (with_: object = {}, ...policies: readonly KubernetesObject[]) => {
    const on = shop();
    for (const each of policies) on.cluster.put(NetworkPolicy, each);
    const found = await on.clock.until(survey(on.world, plan));
    const lists = on.cluster.calls.filter(({ kind, verb }) => kind === 'NetworkPolicy' && verb === 'list');
    expect(lists).toHaveLength(1);
    return isolation(plan, { ...found, ...with_ }, found.stable);
  };

  it('tells which policy leaves out the pods that the canary will have', async () => {
    expect(await look({}, deny, web('canary'))).toMatchObject({
      problems: [],
      warnings: [
        {
          what: expect.stringMatching(/^NetworkPolicy web lets requests in to /),
          yaml: expect.stringContaining('wf-deploy.io/track: canary'),
        },
      ],
    });
    expect(await look({}, deny, web('preview'))).toEqual(nothing);
    expect(await look()).toEqual(nothing);
  });

  it("or those that the user's own canary has", async () => {
    const clone = cloneOf(
      good.stable!,
      {},
      { service: 'agent', canaryName: 'agent-canary', container: 'agent', image: newImage, replicas: 0 },
    );
    expect((await look({ canary: clone }, deny, web('canary'))).warnings).toHaveLength(1);
    const users: KubernetesObject = { ...clone, metadata: { name: 'agent-canary', namespace: 'shop' } };
    const spec = users['spec'] as { readonly template: object };
    const labels = { app: 'agent', mine: 'yes' };
    const own = { ...users, spec: { selector: { matchLabels: labels }, template: { ...spec.template, metadata: { labels } } } };
    expect(await look({ canary: own }, deny, web('canary'))).toEqual(nothing);
    const { warnings } = await look(
      { canary: own },
      deny,
      policy('web', { podSelector: { matchExpressions: [{ key: 'mine', operator: 'DoesNotExist' }] }, ingress: [{}] }),
    );
    expect(warnings).toMatchObject([{ yaml: expect.stringContaining('mine: "yes"') }]);
  });

  it('cannot be known where nothing says which labels the canary gets, or stable is not there', async () => {
    expect(await look({ around: [] }, deny, web('canary'))).toEqual(nothing);
    expect(await look({ stable: undefined }, deny, web('canary'))).toEqual(nothing);
  });

  it('is not checked where the policies may not be listed', async () => {
    const on = shop();
    on.cluster.failing = ({ kind }) => (kind === 'NetworkPolicy' ? forbidden() : undefined);
    on.cluster.allows = ({ spec }) =>
      (spec as { resourceAttributes: { resource: string } }).resourceAttributes.resource !== NetworkPolicy.resource;
    const found = await on.clock.until(survey(on.world, plan));
    expect(isolation(plan, found, found.stable)).toEqual(nothing);
    expect(permissions(plan, found).warnings.map(({ what }) => what)).toEqual([
      "Not checked for lack of permission: list networkpolicies (check that none keeps from the canary's pods what it allows stable's).",
    ]);
  });
});

describe('ownership', () => {
  const annotations = { 'argocd.argoproj.io/tracking-id': 'shop:gateway.networking.k8s.io/HTTPRoute:shop/agent' };
  const owned = (): Survey => ({
    ...good,
    routes: good.routes.map((route) => ({ ...route, metadata: { ...route.metadata, annotations } })),
  });
  it('refuses what another tool writes again, and says what would be reverted', () => {
    expect(ownership(plan, owned())).toMatchObject({
      problems: [
        { what: expect.stringMatching(/HTTPRoute agent belongs to Argo CD/), remedy: expect.stringContaining('`gitops: accept`') },
      ],
      warnings: [],
    });
  });
  it('or warns where that was accepted', () => {
    expect(ownership({ ...plan, gitops: 'accept' }, owned())).toMatchObject({
      problems: [],
      warnings: [{ what: expect.stringMatching(/Argo CD/) }],
    });
  });
  it.each([
    [[], 'the image of Deployment agent', '/spec/template/spec/containers'],
    [['k8s'], 'the pod template of Deployment agent', '/spec/template'],
  ])('names what is changed of stable with the manifests %j', (manifests, what, pointer) => {
    const labels = { 'helm.toolkit.fluxcd.io/name': 'shop' };
    const stable = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'agent', labels } };
    expect(ownership({ ...plan, manifests }, { ...good, stable }).problems).toMatchObject([
      { what: expect.stringContaining(` will set ${what} back `), yaml: expect.stringContaining(`- ${pointer}\n`) },
    ]);
  });
  it('looks at a canary of the user, and not at one of ours', () => {
    const labels = { 'kustomize.toolkit.fluxcd.io/name': 'shop' };
    const canary = (more: Readonly<Record<string, string>>): Survey => ({
      ...good,
      canary: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'agent-canary', labels: { ...labels, ...more } } },
    });
    expect(ownership(plan, canary({})).problems).toMatchObject([
      { what: expect.stringMatching(/^Deployment agent-canary belongs to Flux/) },
    ]);
    expect(ownership(plan, canary({ 'wf-deploy.io/service': 'agent', 'wf-deploy.io/track': 'canary' }))).toEqual(nothing);
  });
});

describe('restingRoute', () => {
  it.each([
    ['0 % at rest', 'reset', undefined, 0, nothing],
    [
      'weight at rest that is reset',
      'reset',
      undefined,
      20,
      { problems: [], warnings: [{ what: 'The route gives the canary 20 % at rest.' }] },
    ],
    ['weight at rest that stops', 'stop', lease(), 20, { problems: [{ what: 'The route gives the canary 20 % at rest.' }], warnings: [] }],
    ['weight after a rollout that rests', 'stop', lease({ rollout: rollout('resting') }), 20, { problems: [{}], warnings: [] }],
    ['weight that a broken run left', 'stop', lease({ rollout: rollout('stages') }), 20, nothing],
  ] as const)('%s', (_, atRest, found, weight, expected) => {
    expect(restingRoute({ ...plan, atRest }, found, weight)).toMatchObject(expected);
  });
});

describe('stableHealth', () => {
  it('without a ready pod there would be nothing to go back to', () => {
    expect(stableHealth(plan, { ...good, stablePods: [] }).problems).toMatchObject([
      { what: 'Deployment agent has no ready pod: there would be nothing to go back to.' },
    ]);
  });
  it('a paused Deployment would never take the image', () => {
    const stable = good.stable === undefined ? undefined : { ...good.stable, spec: { ...(good.stable['spec'] as object), paused: true } };
    expect(stableHealth(plan, { ...good, stable }).problems).toMatchObject([{ what: expect.stringContaining('is paused') }]);
  });
  it('what is not there at all is told elsewhere', () => {
    expect(stableHealth(plan, { ...good, stable: undefined, stablePods: [] })).toEqual(nothing);
  });
});

it('what may not be read is missing and does not end the survey', async () => {
  const on = shop();
  on.cluster.failing = ({ kind, verb }) => (kind === HTTPRoute.kind && verb === 'get' ? forbidden() : undefined);
  expect((await on.clock.until(survey(on.world, plan))).routes).toEqual([]);
});
