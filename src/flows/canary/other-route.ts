import { mayHaveUsers } from '../../domain/rollout/begin.ts';
import type { RolloutRecord } from '../../domain/rollout/rollout-record.ts';
import { roundedPercent } from '../../domain/traffic/weights/split.ts';
import { shown } from '../../domain/units/shown.ts';
import { Failure } from '../../failure.ts';
import type { CanaryPlan } from './plan.ts';
import { routeName } from './rollout-record.ts';
import { applicationOf } from './survey.ts';

/**
 * A sentence, where the users of a rollout come by another route than the one that is named: whatever weight that one has, it says nothing of
 * them. `undefined` too where that is not known, of a record by an older version.
 */
export function otherRoute(plan: CanaryPlan, namespace: string, record: RolloutRecord | undefined): string | undefined {
  if (record?.route === undefined || !mayHaveUsers(record.phase)) return undefined;
  const named = routeName(plan, { app: applicationOf(plan, namespace) });
  if (record.route === named) return undefined;
  return `The rollout in the phase \`${record.phase}\` has sent ${roundedPercent(record.weight)} % to the canary by ${shown(record.route, 300)}, and ${named} is named here.`;
}

/** Before anything is written: weight 0 on the one would leave these users where they are, and be called done. Throws OPERATION_REFUSED. */
export function refuseOtherRoute(plan: CanaryPlan, namespace: string, record: RolloutRecord | undefined): void {
  const what = otherRoute(plan, namespace, record);
  if (what === undefined) return;
  throw new Failure(
    'OPERATION_REFUSED',
    what,
    `Give \`router\` and \`route\` as that run had them (${shown(record?.run ?? '', 300)}). Where the other one is meant from now on, run \`operation: abort\` with them first.`,
  );
}
