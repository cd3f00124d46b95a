import { foreignWriter } from '../../domain/kubernetes/managers.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { type RuleShares, sharesChange } from '../../domain/traffic/weights/rule-shares.ts';
import { Failure } from '../../failure.ts';
import type { Session } from './session.ts';

interface Ordered {
  /** The route as it was accepted. */
  readonly objects: readonly KubernetesObject[];
  readonly shares: RuleShares;
  readonly weight: number | 'as-found';
}

/**
 * A rule that has lost a side takes no order. One that leads to the canary alone keeps its users there, and its pods have to stay as well: DRIFT
 * at every weight. One that leads to stable alone is as a way back wants it, and only ends the way forward.
 */
export function refuseUnsplit({ plan, ground, route }: Session, { objects, shares, weight }: Ordered): void {
  const lost = weight !== 0 && route !== undefined && shares.shares.length < route.shares.shares.length;
  if (shares.fixed <= ground.fixedAtRest && !lost) return;
  const before: RuleShares = { shares: lost ? route.shares.shares : shares.shares, fixed: ground.fixedAtRest };
  const by = objects.map((object) => foreignWriter(object, plan.router.weights.pointer)).find((each) => each !== undefined);
  throw new Failure(
    'DRIFT',
    `${plan.router.kinds[0]?.kind} ${ground.app.route} does not follow its weights any more: ${sharesChange(before, shares)}. \`${by ?? 'an unknown writer'}\` wrote them last.`,
    'Put the side that is missing back into the rule, and keep other tools from writing this route during a rollout.',
  );
}
