import { expect, it } from '@jest/globals';
import { wayBackPlan } from '../../../src/flows/canary/plan.ts';
import { planOf } from './shop.ts';

it('a way back has what its rollout had of place, route and patience', () => {
  const plan = planOf({ 'rollout-timeout': '7m', drain: '9s', 'lock-timeout': '3m' });
  const { service, namespace, container, stableDeployment, canaryDeployment, router, route, rolloutTimeout, lockTimeout, drain } = plan;
  expect(wayBackPlan(plan)).toMatchObject({
    ...{ service, namespace, container, stableDeployment, canaryDeployment, router, route, rolloutTimeout, lockTimeout, drain },
    noDataTimeout: 420,
  });
});

it('and nothing of what goes forward: no image, no stage, no gate, no measuring', () => {
  const plan = wayBackPlan(planOf({ promote: 'true' }));
  expect(plan).toMatchObject({ image: undefined, manifests: [], stages: [], criteria: [], smoke: [], gates: [], promote: false });
  // A route that has weight is what it is for, and so is one that somebody else has in Git.
  expect(plan).toMatchObject({ atRest: 'reset', gitops: 'accept', requireEvidence: false, dryRun: false });
  expect(plan.lineage).toMatchObject({ requireStaging: false, allowUnordered: true });
});
