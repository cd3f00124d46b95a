import { revisionText } from '../../domain/rollback/shown-revision.ts';
import { leaseName } from '../../domain/rollout/lease.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { Looked } from './look.ts';
import type { BackPlan } from './plan.ts';
import { namespaceOf } from './survey.ts';

/** What will change, before anything is written. */
export function showPlan(world: World, plan: BackPlan, { present, target, flight, stays, further, lease, warnings }: Looked): void {
  const { log } = world;
  const now = world.clock.now().getTime();
  log.line(`rollback of ${namespaceOf(world, plan)}/${plan.service}`);
  log.line(`  from     ${revisionText(present, now)}`);
  if (flight !== undefined)
    log.line(
      `  stops    ${flight.is === 'canary' ? `the canary of ${flight.image} at ${flight.weight} %` : 'the rolling update'} (${flight.run})`,
    );
  log.line(`  to       ${target === undefined ? stays : revisionText(target.shown, now)}`);
  if (further !== undefined) log.line(`           ${further}`);
  if (lease !== undefined && lease.holder !== '')
    log.line(`  lock     taken from ${lease.holder}, which stops (Lease ${leaseName(plan.service)})`);
  for (const line of target?.lines ?? []) log.line(`  change   ${line}`);
  for (const warning of warnings) log.line(`  warning: ${warning}`);
}
