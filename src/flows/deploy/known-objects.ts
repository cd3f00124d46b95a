import { CronJob, DaemonSet, Deployment, Lease, Service, StatefulSet } from '../../domain/kubernetes/kinds.ts';
import { type Kind, type KubernetesObject, nameOf, type ObjectRef } from '../../domain/kubernetes/object.ts';
import type { Cluster } from '../../ports/cluster.ts';
import { unlessFailed } from '../unless-forbidden.ts';

/** What a preflight reads of every service. Secrets are none of them: nobody should have to hand all of them out. */
const read: readonly Kind[] = [Lease, Deployment, StatefulSet, DaemonSet, CronJob, Service];

type Known = ReadonlyMap<string, KubernetesObject>;

/**
 * Answers the reads of a preflight out of one list a kind: a release of a hundred services would otherwise ask for each of their objects. An
 * object is answered with so once: who reads it again wants to know what it has become. An account that may not list is served one by one.
 */
export function knowingObjects(cluster: Cluster, namespace: string): Cluster {
  const lists = new Map<Kind, Promise<Known | undefined>>();
  const told = new Set<string>();
  const listed = (kind: Kind): Promise<Known | undefined> => {
    const asked = lists.get(kind) ?? listOf(cluster, kind, namespace);
    lists.set(kind, asked);
    return asked;
  };
  const known = async (ref: ObjectRef): Promise<{ readonly object: KubernetesObject | undefined } | undefined> => {
    if (!read.includes(ref.kind) || ref.namespace !== namespace || told.has(nameOf(ref))) return undefined;
    told.add(nameOf(ref));
    const objects = await listed(ref.kind);
    return objects === undefined ? undefined : { object: objects.get(ref.name) };
  };
  return {
    async get(ref, signal) {
      const found = await known(ref);
      return found === undefined ? await cluster.get(ref, signal) : found.object;
    },
    async list(kind, place, options, signal) {
      const objects = read.includes(kind) && place === namespace && options === undefined ? await listed(kind) : undefined;
      return objects === undefined ? await cluster.list(kind, place, options, signal) : [...objects.values()];
    },
    watch: (...call) => cluster.watch(...call),
    version: (...call) => cluster.version(...call),
    async write(write, signal) {
      const answer = await cluster.write(write, signal);
      return write.dryRun === true ? lean(answer) : answer;
    },
  };
}

/** Without who set which field: half of an object, kept for each service until the release has ended. A write without it leaves it as it is. */
function lean(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** `undefined`: it could not be had, and whoever needs an object asks for that one and hears why. */
async function listOf(cluster: Cluster, kind: Kind, namespace: string): Promise<Known | undefined> {
  const objects = await unlessFailed(cluster.list(kind, namespace), undefined);
  return objects && new Map(objects.map((object) => [object.metadata.name, lean(object)]));
}
