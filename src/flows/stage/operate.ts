import { historyOf } from '../../domain/rolling/history-rows.ts';
import { workloadName } from '../../domain/rolling/workload-ref.ts';
import { ownershipFindings, rollingChanges } from '../../domain/rollout/ownership-findings.ts';
import { briefText, warningText } from '../../domain/rollout/problem.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { giveAway } from '../give-away.ts';
import type { Lock } from '../held-lock.ts';
import { lockOfRun } from '../lock-of-run.ts';
import { releasing } from '../releasing.ts';
import type { Writing } from '../writing.ts';
import { holdUndone, type Undone } from './hold-undone.ts';
import { change, settled, type Target } from './operate-change.ts';
import { look } from './operate-preflight.ts';
import type { OperationPlan } from './plan.ts';
import type { OperationResult, WorkloadReport } from './result.ts';

/** Status, history, undo, pause, resume, restart: each workload by itself, with the meaning that kubectl rollout gives them. */
export async function operate(plan: OperationPlan, world: World): Promise<OperationResult> {
  const started = world.clock.now().toISOString();
  const namespace = plan.namespace ?? world.defaultNamespace;
  const reads = plan.operation === 'status' || plan.operation === 'history';
  const looked = await look(world, plan, namespace, reads);
  const { targets } = looked;
  const owned = ownershipFindings('accept', reads ? [] : rollingChanges(targets.map(({ workload }) => workload))).warnings;
  for (const warning of [...looked.warnings, ...owned]) world.log.line(warningText(warning));
  const warnings = [...looked.warnings, ...owned].map(briefText);
  const writes: Writing[] = [];
  const workloads = reads
    ? await Promise.all(targets.map((target) => read(world, plan, namespace, target)))
    : plan.dryRun
      ? await change(world, plan, namespace, targets, writes)
      : await locked(world, plan, namespace, async (lease) => {
          // Under the lock: what was found before it may be another run's by now.
          const { targets: now } = await look(world, plan, namespace, reads);
          const undone = plan.operation === 'undo' ? await holdUndone(world, plan, namespace, now, lease) : nothingUndone;
          warnings.push(...undone.warnings);
          return { value: await change(world, plan, namespace, now, writes, lease), last: writes.length > 0 ? undone.last : {} };
        });
  const failures = workloads.filter(({ ok }) => !ok);
  return {
    operation: plan.operation,
    outcome: plan.dryRun ? 'not-started' : failures.length > 0 ? 'failed' : 'done',
    dryRun: plan.dryRun,
    code: failures.length > 0 ? 'ROLLOUT_FAILED' : undefined,
    reason: (failures.length > 0 ? failures : workloads).map(({ said }) => said).join(' '),
    remedy: failures.length > 0 ? 'See the workloads that are named.' : undefined,
    namespace,
    workloads,
    writes,
    warnings,
    started,
    ended: world.clock.now().toISOString(),
    run: world.run.page,
  };
}

async function read(world: World, plan: OperationPlan, namespace: string, { ref, workload, keepers }: Target): Promise<WorkloadReport> {
  const shared = { kind: ref.of.kind.kind, name: ref.name };
  if (plan.operation === 'status') return { ...shared, ...(await settled(world, plan, namespace, ref, workload)), history: [] };
  const history = historyOf(workload, keepers);
  const said =
    ref.of.keeper === undefined ? `${workloadName(ref)} keeps no revisions.` : `${workloadName(ref)} has ${history.length} revisions.`;
  return { ...shared, said, ok: true, history };
}

const nothingUndone: Undone = { warnings: [], last: {} };

/** `last`: what the Lease says when the lock is given away. */
async function locked<T>(
  world: World,
  plan: OperationPlan,
  namespace: string,
  work: (lease: Lock) => Promise<{ readonly value: T; readonly last: Undone['last'] }>,
): Promise<T> {
  const lease = await lockOfRun(world, plan, namespace);
  const { value, last } = await releasing(world, lease, () => work(lease));
  await giveAway(world, lease, last);
  return value;
}
