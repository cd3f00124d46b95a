import { warningText } from '../../domain/rollout/problem.ts';
import { durationText } from '../../domain/units/duration.ts';
import type { Log } from '../../ports/log.ts';
import type { FleetWorld } from '../../ports/worlds/fleet.ts';
import { tellPlan } from '../stage/tell-plan.ts';
import type { FleetGround } from './fleet-preflight.ts';
import { prefixed } from './parts.ts';
import type { DeployPlan } from './plan.ts';
import type { ClusterGround } from './preflight.ts';

/** The whole plan: where, in which waves, and what changes of each service, old and new. A cluster is told at once: its lines may be thousands. */
export function tellRelease({ log }: FleetWorld, plan: DeployPlan, ground: FleetGround): void {
  const { file, grounds, waves } = ground;
  log.line(`release ${file.name}${plan.version === undefined ? '' : ` ${plan.version}`}`);
  if (plan.clusters !== undefined) for (const [index, wave] of waves.entries()) log.line(`  wave ${index + 1}: ${wave.join(', ')}`);
  if (plan.soak > 0) log.line(`  ${durationText(plan.soak)} between two waves`);
  log.line(`  ${backupText(plan, ground)}`);
  for (const text of ground.lineage) log.line(`  ${text}`);
  for (const warning of ground.warnings) log.line(warningText(warning));
  for (const each of grounds) log.line(linesOf(plan, each).join('\n'));
}

function linesOf(plan: DeployPlan, { target, parts, warnings }: ClusterGround): readonly string[] {
  const place = plan.clusters === undefined ? '' : target.name;
  const lines: string[] = [];
  const gathering: Log = { ...target.world.log, line: (text) => lines.push(text) };
  for (const { part, plan: wish, ground } of parts) {
    const own = prefixed(gathering, `${place === '' ? '' : `${place} `}${part.name}: `);
    tellPlan({ ...target.world, log: own }, wish, { ...ground, warnings: [] }, []);
  }
  return [...lines, ...warnings.map((each) => warningText(place === '' ? each : { ...each, what: `${place}: ${each.what}` }))];
}

export function backupText({ skipBackup }: DeployPlan, { file }: Pick<FleetGround, 'file'>): string {
  const { backup } = file;
  if (skipBackup !== undefined) return `no backup: ${skipBackup}`;
  if (backup.by === 'skip') return `no backup: ${backup.reason}`;
  return backup.by === 'job' ? `backup by the Job in ${backup.path}` : `backup by \`${backup.command[0] ?? ''}\` in ${backup.image}`;
}
