import { SelfSubjectReview } from '../domain/kubernetes/kinds.ts';
import { type Subject, subjectOf } from '../domain/rollout/role.ts';
import { Failure } from '../failure.ts';
import type { World } from '../ports/worlds/cluster.ts';

/** Whom the API server takes this run for: to whom a Role has to be bound. `undefined` where it does not say (before Kubernetes 1.28). */
export async function ownSubject(world: World): Promise<Subject | undefined> {
  const object = { apiVersion: SelfSubjectReview.apiVersion, kind: SelfSubjectReview.kind, metadata: { name: '' } };
  try {
    const answer = await world.cluster.write({ do: 'create', kind: SelfSubjectReview, namespace: undefined, object });
    const { userInfo } = (answer['status'] ?? {}) as { readonly userInfo?: { readonly username?: unknown } };
    return typeof userInfo?.username === 'string' && userInfo.username !== '' ? subjectOf(userInfo.username) : undefined;
  } catch (error) {
    if (error instanceof Failure && ['CLUSTER_FORBIDDEN', 'CLUSTER_NOT_FOUND', 'CLUSTER_REFUSED'].includes(error.code)) return undefined;
    throw error;
  }
}
