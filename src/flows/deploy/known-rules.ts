import { grants, type Rule } from '../../domain/fleet/rules.ts';
import { SelfSubjectAccessReview, SelfSubjectRulesReview } from '../../domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { Cluster } from '../../ports/cluster.ts';
import { unlessFailed } from '../unless-forbidden.ts';

/**
 * Answers access reviews out of what the account may do in the namespace, which is asked once: a release of a hundred services would
 * otherwise ask two thousand times. What is not plainly granted there is asked by itself: only the review is the last word on a refusal.
 */
export function knowingRules(cluster: Cluster, namespace: string): Cluster {
  let rules: Promise<readonly Rule[]> | undefined;
  return {
    get: (...call) => cluster.get(...call),
    list: (...call) => cluster.list(...call),
    watch: (...call) => cluster.watch(...call),
    version: (...call) => cluster.version(...call),
    async write(write, signal) {
      if (write.do !== 'create' || write.kind !== SelfSubjectAccessReview) return await cluster.write(write, signal);
      const wanted = attributesOf(write.object);
      rules ??= askRules(cluster, namespace);
      if (wanted.namespace === namespace && (await rules).some((rule) => grants(rule, wanted)))
        return { ...write.object, status: { allowed: true } };
      return await cluster.write(write, signal);
    },
  };
}

const attributesOf = (review: KubernetesObject) =>
  (review['spec'] as { readonly resourceAttributes: Parameters<typeof grants>[1] & { readonly namespace: string } }).resourceAttributes;

/** Advisory: where it cannot be asked, everything is asked one by one. */
async function askRules(cluster: Cluster, namespace: string): Promise<readonly Rule[]> {
  const { apiVersion, kind } = SelfSubjectRulesReview;
  const object: KubernetesObject = { apiVersion, kind, metadata: { name: '' }, spec: { namespace } };
  const review = { do: 'create', kind: SelfSubjectRulesReview, namespace: undefined, object } as const;
  const answer = await unlessFailed(cluster.write(review), undefined);
  return ((answer?.['status'] ?? {}) as { readonly resourceRules?: readonly Rule[] }).resourceRules ?? [];
}
