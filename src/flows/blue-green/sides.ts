import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { deploymentSpec, podLabels } from '../../domain/kubernetes/workload.ts';
import { containerOf, imageOf } from '../../domain/rollout/container-image.ts';
import { type Colour, pairNeeded } from '../../domain/rollout/layout.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import { otherColour } from '../../domain/traffic/switchers/colours.ts';
import type { ColourPair, SwitchInspection } from '../../domain/traffic/switchers/switcher.ts';
import type { Ground } from './ground.ts';
import type { BlueGreenWish } from './plan.ts';
import { type BothColours, partsOf, permissionsOf } from './preflight-checks.ts';
import type { Survey } from './survey.ts';

/** Who has the users, who is to have them, and what follows from that alone. */
export interface Sides extends Pick<Ground, 'pair' | 'from' | 'to' | 'replicas' | 'before'> {
  readonly route: KubernetesObject;
  readonly deployments: BothColours<KubernetesObject>;
  /** The Deployment that has the users. */
  readonly serving: KubernetesObject;
  readonly idle: KubernetesObject;
  readonly container: ReturnType<typeof containerOf>;
  readonly inspection: SwitchInspection;
}

/** `problems`: why it cannot be told, and nothing more can be looked at. */
export type SidesKnown = { readonly ok: true; readonly value: Sides } | { readonly ok: false; readonly problems: readonly Problem[] };

export function sidesOf(plan: BlueGreenWish, found: Survey): SidesKnown {
  const { namespace, blue, green, route, around } = found;
  const { problems } = permissionsOf(plan, found);
  if (blue === undefined || green === undefined || route === undefined || problems.length > 0)
    return { ok: false, problems: [...problems, ...notThere(plan, found)] };
  const { service, switcher } = plan;
  const pair: ColourPair = { service, namespace, route: plan.route, pods: { blue: podLabels(blue), green: podLabels(green) } };
  const live = switcher.live(route, pair);
  if (live.is !== 'one') return { ok: false, problems: [unclear(plan, live.reason)] };
  const deployments = { blue, green };
  const [from, to]: readonly [Colour, Colour] = [live.colour, otherColour(live.colour)];
  const [serving, idle] = [deployments[from], deployments[to]];
  const container = containerOf(serving, plan.container);
  const replicas = deploymentSpec(serving).replicas ?? 1;
  const before = { image: container.ok ? (imageOf(idle, container.value) ?? '') : '', replicas: deploymentSpec(idle).replicas ?? 1 };
  return {
    ok: true,
    value: {
      pair,
      route,
      from,
      to,
      deployments,
      serving,
      idle,
      container,
      // Somebody may have taken the pods away from what does harm.
      replicas: plan.operation === 'rollback' ? Math.max(1, replicas, before.replicas) : replicas,
      before,
      inspection: switcher.inspect(route, pair, around.others),
    },
  };
}

function notThere(plan: BlueGreenWish, found: Survey): readonly Problem[] {
  const { service, switcher } = plan;
  const { namespace, one, blue, green, route } = found;
  const layout = pairNeeded(partsOf(plan, found));
  return [
    ...(layout === undefined ? [] : [layout]),
    ...(blue === undefined && green === undefined && one === undefined
      ? [{ what: `There is no Deployment of ${service} in ${namespace}.`, remedy: 'Check `service` and `namespace`.' }]
      : []),
    ...(route === undefined
      ? [{ what: `${switcher.kind.kind} ${namespace}/${plan.route} is not there.`, remedy: 'Create it, or name another one in `route`.' }]
      : []),
  ];
}

const unclear = ({ switcher, route }: BlueGreenWish, reason: string): Problem => ({
  what: `It cannot be told which colour has the users: ${reason}.`,
  remedy: `Let ${switcher.kind.kind} ${route} lead to one colour, in every place the same.`,
});
