import { Lease } from '../../domain/kubernetes/kinds.ts';
import { selectorOf, selectorText } from '../../domain/kubernetes/labels.ts';
import { type KubernetesObject, nameOf } from '../../domain/kubernetes/object.ts';
import { imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import { stagePermissions } from '../../domain/rolling/permissions.ts';
import { refOf } from '../../domain/rolling/workload-ref.ts';
import { deployment } from '../../domain/rolling/workloads/deployment.ts';
import { leaseName, readLease } from '../../domain/rollout/lease.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import { roleName } from '../../domain/rollout/role.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { refuseHeld, refuseKnownHeld } from '../holds.ts';
import { permissionFindings, rightsOf } from '../permissions.ts';
import { preflightFailed } from '../preflight-failed.ts';
import { unfinishedCanary, unfinishedSwitch, unreadableSwitch } from '../unfinished.ts';
import { unlessForbidden } from '../unless-forbidden.ts';
import { operation, type Target } from './operate-change.ts';
import type { OperationPlan } from './plan.ts';

/** What an operation stands on. */
export interface Looked {
  readonly targets: readonly Target[];
  readonly warnings: readonly Problem[];
}

/** Reads only. Throws one PREFLIGHT_FAILED with everything that is in the way, and DIGEST_HELD. */
export async function look(world: World, plan: OperationPlan, namespace: string, reads: boolean): Promise<Looked> {
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
  const rights = await rightsOf(world, wanted);
  // Each operation asks for less than a rolling update: its Role must not replace that one's.
  const permissions = permissionFindings(rights, { name: roleName(plan.service, 'stage', plan.operation), namespace });
  const lease = reads ? undefined : await world.cluster.get({ kind: Lease, namespace, name: leaseName(plan.service) });
  const left = { service: plan.service, lease: lease === undefined ? undefined : readLease(lease), us: world.run.holder };
  const unread = unreadableSwitch(left);
  const problems = [
    ...permissions.problems,
    ...(permissions.problems.length > 0
      ? []
      : refs.flatMap((ref, index) =>
          found[index] === undefined
            ? [{ what: `${nameOf(refOf(ref, namespace))} is not there.`, remedy: 'Check `namespace`, `service` and `workloads`.' }]
            : [],
        )),
    ...unfinishedCanary(left),
    ...unfinishedSwitch(left),
    ...(plan.operation === 'undo' ? [] : unread),
  ];
  if (problems.length > 0) throw preflightFailed(problems, `\`${plan.operation}\``);
  const targets = await Promise.all(
    refs.map(async (ref, index): Promise<Target> => {
      const workload = found[index] as KubernetesObject;
      const { keeper } = ref.of;
      const keepers =
        keeper === undefined ? [] : await world.cluster.list(keeper, namespace, { labels: selectorText(selectorOf(workload)) });
      return { ref, workload, keepers };
    }),
  );
  const unsure = await refuseHeldTargets(world, plan, namespace, targets, lease);
  return { targets, warnings: [...permissions.warnings, ...(plan.operation === 'undo' ? unread : []), ...unsure] };
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
