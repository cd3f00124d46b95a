import { describe, expect, it } from '@jest/globals';
import { HTTPRoute, Lease } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { takeBack } from '../../../src/flows/canary/take-back.ts';
import { leaseOf, left, tellBy } from '../operations/on-shop.ts';
import { planOf, type Shop, shop } from './shop.ts';

interface Backend {
  readonly name: string;
  readonly weight?: number;
}
interface Rule {
  readonly matches?: readonly object[];
  readonly backendRefs: readonly Backend[];
}

const routeOf = (on: Shop): KubernetesObject => {
  const route = on.cluster.find(HTTPRoute, 'agent');
  if (route === undefined) throw new Error('There is no route.');
  return route;
};
const rulesOf = (on: Shop): readonly Rule[] => (routeOf(on)['spec'] as { readonly rules: readonly Rule[] }).rules;

function put(on: Shop, rules: readonly Rule[], metadata: object = {}): void {
  const route = routeOf(on);
  const written = { ...route, metadata: { ...route.metadata, ...metadata }, spec: { ...(route['spec'] as object), rules } };
  on.cluster.reacting(on.cluster.put(HTTPRoute, written));
}

/** Someone else writes the rules of the route. */
function writes(on: Shop, manager: string, change: (rule: Rule, index: number) => Rule): void {
  const managedFields = [
    { manager: 'wf-deploy', time: '2026-03-01T10:00:00Z' },
    { manager, time: '2026-03-01T10:00:01Z', fieldsV1: { 'f:spec': { 'f:rules': {} } } },
  ];
  put(on, rulesOf(on).map(change), { managedFields });
}

const without =
  (side: string) =>
  (rule: Rule): Rule => ({ ...rule, backendRefs: rule.backendRefs.filter(({ name }) => name !== side) });

/** Two paths, each split. */
const twoRules = (on: Shop): void =>
  put(
    on,
    rulesOf(on).flatMap((rule) => ['/a', '/b'].map((value) => ({ ...rule, matches: [{ path: { type: 'PathPrefix', value } }] }))),
  );

/** A rollout in whose first stage someone writes the route. */
async function meddled(on: Shop, manager: string, change: (rule: Rule, index: number) => Rule) {
  const running = executeCanary(planOf({ stages: '25@3m 50@3m 100@1m' }), on.world);
  await on.clock.pass(60);
  expect(on.weight()).toBe(25);
  writes(on, manager, change);
  return await on.clock.until(running);
}

describe('a route that loses a side in the middle of a rollout', () => {
  it.each(['argocd-controller', 'kubectl-edit'])(
    'leads to the canary alone since %s: its pods stay, and nobody calls that weight 0',
    async (manager) => {
      const on = shop();
      const result = await meddled(on, manager, without('agent'));
      expect(result).toMatchObject({ outcome: 'unknown', code: 'DRIFT' });
      expect(result.reason).toContain(
        'Weight 0 could not be confirmed: HTTPRoute agent does not follow its weights any more: a rule sends its requests to the canary',
      );
      expect(result.reason).toContain(manager);
      expect(result.weight).toBeUndefined();
      expect(on.replicas('agent-canary')).toBeGreaterThan(0);
      expect(on.alerts).toMatchObject([{ severity: 'critical' }]);
      // Nor does anyone after it.
      expect(await tellBy(on, 'status')).toMatchObject({ standing: { weight: null } });
      await expect(tellBy(on, 'uninstall')).rejects.toMatchObject({
        code: 'OPERATION_REFUSED',
        what: expect.stringContaining('whatever its weight is'),
      });
    },
  );

  it.each(['argocd-controller', 'kubectl-edit'])(
    'leads to stable alone since %s: the rollout goes back, and names who',
    async (manager) => {
      const on = shop();
      const result = await meddled(on, manager, without('agent-canary'));
      expect(result).toMatchObject({ outcome: 'rolled-back', code: 'DRIFT', weight: 0 });
      expect(result.reason).toContain(manager);
      expect(result.reason).toContain('0 of 1 rules are split between stable and the canary');
      expect(on.replicas('agent-canary')).toBe(0);
    },
  );

  it('has one of two rules set to 0 by a person: that is obeyed', async () => {
    const on = shop();
    twoRules(on);
    const result = await meddled(on, 'kubectl-edit', (rule, index) =>
      index === 0 ? rule : { ...rule, backendRefs: rule.backendRefs.map((each) => ({ ...each, weight: each.name === 'agent' ? 100 : 0 })) },
    );
    expect(result).toMatchObject({
      outcome: 'rolled-back',
      code: 'DRIFT',
      reason: expect.stringContaining('in one rule the canary has 0 % instead of 25 %'),
    });
  });

  it('has led to the canary alone in one rule before: that is as people want it, and stays', async () => {
    const on = shop();
    twoRules(on);
    const fixed = (rule: Rule, index: number): Rule => (index === 0 ? rule : { ...rule, backendRefs: [{ name: 'agent-canary' }] });
    writes(on, 'helm', fixed);
    expect(await on.clock.until(executeCanary(planOf({ stages: '25@1m 100@1m', gitops: 'accept' }), on.world))).toMatchObject({
      outcome: 'promoted',
    });
    expect(rulesOf(on)[1]?.backendRefs).toEqual([{ name: 'agent-canary' }]);
    expect(leaseOf(on)?.rollout).toMatchObject({ phase: 'resting', fixed: 1 });
    expect(await tellBy(on, 'status')).toMatchObject({ standing: { weight: 0 } });
  });

  it.each([
    [1, 'aborted'],
    [0, 'unknown'],
  ])('has %i rules that led to the canary alone when a run began that died since: its way back ends as %s', async (fixed, outcome) => {
    const on = shop();
    twoRules(on);
    left(on, 'stages', 'run-1');
    const lease = on.cluster.find(Lease, 'wf-deploy-agent');
    if (lease === undefined) throw new Error('There is no Lease.');
    const rollout = JSON.stringify({ ...leaseOf(on)?.rollout, fixed });
    on.cluster.put(Lease, {
      ...lease,
      metadata: { ...lease.metadata, annotations: { ...lease.metadata.annotations, 'wf-deploy.io/rollout': rollout } },
    });
    put(
      on,
      rulesOf(on).map((rule, index) => (index === 0 ? rule : { ...rule, backendRefs: [{ name: 'agent-canary' }] })),
    );
    const world = { ...on.world, run: { ...on.world.run, holder: 'post-1' } };
    const report = await on.clock.until(takeBack(planOf(), { holder: 'run-1', open: 'true' }, world));
    expect(report?.outputs).toMatchObject({ outcome });
  });
});
