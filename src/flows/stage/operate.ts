import { Lease } from '../../domain/kubernetes/kinds.ts';
import { selectorText } from '../../domain/kubernetes/labels.ts';
import { type KubernetesObject, nameOf } from '../../domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import { historyOf } from '../../domain/rolling/history-rows.ts';
import { stagePermissions } from '../../domain/rolling/permissions.ts';
import { refOf, workloadName } from '../../domain/rolling/workload-ref.ts';
import { deployment } from '../../domain/rolling/workloads/deployment.ts';
import { leaseName, readLease } from '../../domain/rollout/lease.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/world.ts';
import { selectorOf } from '../await-workload.ts';
import { unlessForbidden } from '../canary/unless-forbidden.ts';
import { giveAway } from '../give-away.ts';
import type { Lock } from '../held-lock.ts';
import { refuseHeld, refuseKnownHeld } from '../holds.ts';
import { releasing } from '../releasing.ts';
import { unfinishedCanary, unfinishedSwitch } from '../unfinished.ts';
import type { Writing } from '../writing.ts';
import { holdUndone, type Undone } from './hold-undone.ts';
import { lock } from './lock-and-check.ts';
import { change, operation, settled, type Target } from './operate-change.ts';
import type { OperationPlan } from './plan.ts';
import { ownershipFindings, permissionFindings } from './preflight-checks.ts';
import type { OperationResult, WorkloadReport } from './result.ts';
import { deniedOf } from './survey.ts';

/** Status, history, undo, pause, resume, restart: each workload by itself, with the meaning that kubectl rollout gives them. */
export async function operate(plan: OperationPlan, world: World): Promise<OperationResult> {
  const started = world.clock.now().toISOString();
  const namespace = plan.namespace ?? world.defaultNamespace;
  const reads = plan.operation === 'status' || plan.operation === 'history';
  const { targets, unsure } = await look(world, plan, namespace, reads);
  const owned = ownershipFindings('accept', reads ? [] : targets.map(({ workload }) => ({ present: workload }))).warnings.map(
    ({ what, remedy }) => `${what} ${remedy}`,
  );
  const warnings = [...owned, ...unsure.map(({ what, remedy }) => `${what} ${remedy}`)];
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
          return { value: await change(world, plan, namespace, now, writes), last: writes.length > 0 ? undone.last : {} };
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

interface Look {
  readonly targets: readonly Target[];
  /** What could not be found out, and stops nothing. */
  readonly unsure: readonly Problem[];
}

async function look(world: World, plan: OperationPlan, namespace: string, reads: boolean): Promise<Look> {
  const refs = plan.workloads ?? [{ of: deployment, name: plan.service }];
  const found = await Promise.all(refs.map((ref) => unlessForbidden(world.cluster.get(refOf(ref, namespace)), undefined)));
  const wanted = stagePermissions({
    service: plan.service,
    namespace,
    workloads: refs,
    applied: [],
    reads,
    journal: false,
    portForward: false,
  });
  const denied = permissionFindings(plan, await deniedOf(world, wanted), namespace);
  const lease = reads ? undefined : await world.cluster.get({ kind: Lease, namespace, name: leaseName(plan.service) });
  const left = { service: plan.service, lease: lease === undefined ? undefined : readLease(lease), us: world.run.holder };
  const problems = [
    ...denied.problems,
    ...(denied.problems.length > 0
      ? []
      : refs.flatMap((ref, index) =>
          found[index] === undefined
            ? [{ what: `${nameOf(refOf(ref, namespace))} is not there.`, remedy: 'Check `namespace`, `service` and `workloads`.' }]
            : [],
        )),
    ...unfinishedCanary(left),
    ...unfinishedSwitch(left),
  ];
  if (problems.length > 0)
    throw new Failure(
      'PREFLIGHT_FAILED',
      problems.map(({ what, remedy }) => `- ${what}\n  → ${remedy}`).join('\n'),
      'Mend what is listed and start again. Nothing was written.',
    );
  const targets = await Promise.all(
    refs.map(async (ref, index): Promise<Target> => {
      const workload = found[index] as KubernetesObject;
      const { keeper } = ref.of;
      const keepers =
        keeper === undefined ? [] : await world.cluster.list(keeper, namespace, { labels: selectorText(selectorOf(workload)) });
      return { ref, workload, keepers };
    }),
  );
  return { targets, unsure: await refuseHeldTargets(world, plan, namespace, targets, lease) };
}

/** An earlier revision, or a template that waits in a paused Deployment, may be what was rolled back. No doubt stops a way back. */
async function refuseHeldTargets(
  world: World,
  plan: OperationPlan,
  namespace: string,
  targets: readonly Target[],
  object: KubernetesObject | undefined,
): Promise<readonly Problem[]> {
  if (plan.operation !== 'undo' && plan.operation !== 'resume') return [];
  const images = targets.flatMap((target) => {
    const result = operation(world, plan, target);
    return result.is === 'changed' ? Object.values(imagesOf(templateOf(result.object))) : [];
  });
  const deploying = { service: plan.service, namespace, lease: object === undefined ? undefined : readLease(object), images };
  if (plan.operation === 'undo') return await refuseKnownHeld(world, deploying);
  await refuseHeld(world, deploying);
  return [];
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
  const lease = await lock(world, plan, namespace);
  const { value, last } = await releasing(world, lease, () => work(lease));
  await giveAway(world, lease, last);
  return value;
}
