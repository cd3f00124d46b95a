import { warningText } from '../../domain/rollout/problem.ts';
import { durationText } from '../../domain/units/duration.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { StageGround, Step } from './ground.ts';
import type { UpdatePlan } from './plan.ts';

/** What is about to happen, object by object. */
export function tellPlan(
  { log }: World,
  plan: UpdatePlan,
  { namespace, steps, skipped, warnings, notes }: StageGround,
  changes: readonly string[],
): void {
  log.line(`rolling update of ${namespace}/${plan.service}`);
  for (const step of steps) {
    log.line(
      `  ${step.change.ref.kind.kind} ${step.change.ref.name}: ${what(step)}${step.waits ? `, then waited for, ${durationText(plan.rolloutTimeout)} at most` : ''}`,
    );
    for (const line of step.lines) log.line(`    ${line}`);
  }
  for (const each of skipped) log.line(`  skipped: ${each}`);
  for (const each of [...changes, ...notes]) log.line(`  ${each}`);
  for (const warning of warnings) log.line(warningText(warning));
}

const what = ({ present, changes, renewed, lines }: Step): string => {
  if (present === undefined) return 'made new';
  if (!changes) return 'as wanted already';
  return `${lines.length} ${lines.length === 1 ? 'field changes' : 'fields change'}${renewed ? ', its pods are replaced' : ''}`;
};
