import type { Selectors } from '../../domain/analysis/arm.ts';
import { podSelector } from '../../domain/analysis/selector.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { Application } from '../../domain/traffic/router.ts';
import { type Parsed, parsed } from '../../domain/units/parsed.ts';
import type { CanaryPlan } from './plan.ts';

const hashLabel = 'pod-template-hash';

/**
 * The label matchers of both arms: the user's own, or what the preset takes, or the pods that run now, told apart by their
 * ReplicaSets' hashes.
 */
export function selectorsOf(
  plan: CanaryPlan,
  app: Application,
  pods: { readonly stable: readonly KubernetesObject[]; readonly canary: readonly KubernetesObject[] },
): Parsed<Selectors> {
  const byPreset = presetSelectors(plan, app);
  if (byPreset !== undefined)
    return parsed({ stable: plan.selectors.stable ?? byPreset.stable, canary: plan.selectors.canary ?? byPreset.canary });
  const stable = plan.selectors.stable === undefined ? armOf(plan, app, plan.stableDeployment, pods.stable) : parsed(plan.selectors.stable);
  if (!stable.ok) return stable;
  if (plan.selectors.canary !== undefined) return parsed({ stable: stable.value, canary: plan.selectors.canary });
  const canary = armOf(plan, app, plan.canaryDeployment, pods.canary);
  // Without a pod there is no series: no pod has a name that ends in a hyphen.
  return parsed({
    stable: stable.value,
    canary: canary.ok ? canary.value : `namespace="${app.namespace}",${plan.source.podLabel}="${plan.canaryDeployment}-"`,
  });
}

function presetSelectors({ source, stableDeployment, canaryDeployment }: CanaryPlan, app: Application): Selectors | undefined {
  const select = source.kind === 'labelled' ? source.armSelector : undefined;
  const { namespace, route, canaryService } = app;
  const names = { namespace, route, canaryService, deployments: { stable: stableDeployment, canary: canaryDeployment } };
  return select === undefined ? undefined : { stable: select('stable', names), canary: select('canary', names) };
}

const armOf = ({ source }: CanaryPlan, { namespace }: Application, deployment: string, pods: readonly KubernetesObject[]): Parsed<string> =>
  podSelector(
    {
      namespace,
      deployment,
      hashes: [...new Set(pods.flatMap((pod) => pod.metadata.labels?.[hashLabel] ?? []))].sort((one, other) => one.localeCompare(other)),
    },
    source.podLabel,
  );
