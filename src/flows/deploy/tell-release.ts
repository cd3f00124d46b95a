import { durationText } from '../../domain/units/duration.ts';
import type { Fleet } from '../../ports/fleet.ts';
import { tellPlan } from '../stage/tell-plan.ts';
import type { FleetGround } from './fleet-preflight.ts';
import type { DeployPlan } from './plan.ts';

/** The whole plan: where, in which waves, and what changes of each service, old and new. */
export function tellRelease({ log }: Fleet, plan: DeployPlan, ground: FleetGround): void {
  const { file, grounds, waves, worldOf } = ground;
  log.line(`release ${file.name}${plan.version === undefined ? '' : ` ${plan.version}`}`);
  if (plan.clusters !== undefined) for (const [index, wave] of waves.entries()) log.line(`  wave ${index + 1}: ${wave.join(', ')}`);
  if (plan.soak > 0) log.line(`  ${durationText(plan.soak)} between two waves`);
  log.line(`  ${backupText(plan, ground)}`);
  for (const { what, remedy } of ground.warnings) log.line(`  warning: ${what} → ${remedy}`);
  for (const { target, parts, warnings } of grounds) {
    for (const { part, plan: wish, ground: found } of parts) {
      const { log: own } = worldOf(target.name, part.name);
      tellPlan({ ...target.world, log: own }, wish, { ...found, warnings: [] }, []);
    }
    for (const { what, remedy } of warnings)
      log.line(`  warning: ${plan.clusters === undefined ? '' : `${target.name}: `}${what} → ${remedy}`);
  }
}

export function backupText({ skipBackup }: DeployPlan, { file }: Pick<FleetGround, 'file'>): string {
  const { backup } = file;
  if (skipBackup !== undefined) return `no backup: ${skipBackup}`;
  if (backup.by === 'skip') return `no backup: ${backup.reason}`;
  return backup.by === 'job' ? `backup by the Job in ${backup.path}` : `backup by \`${backup.command[0] ?? ''}\` in ${backup.image}`;
}
