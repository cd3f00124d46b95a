import type { Cluster } from '../../src/ports/cluster.ts';

/** The cluster as a process sees it that is killed when it has made so many writes: from then on nothing is answered. */
export function dyingAfter(cluster: Cluster, writes: number): Cluster {
  let left = writes;
  const never = <T>() => new Promise<T>(() => undefined);
  return {
    get: (...call) => (left > 0 ? cluster.get(...call) : never()),
    list: (...call) => (left > 0 ? cluster.list(...call) : never()),
    watch: (...call) => cluster.watch(...call),
    version: (...call) => cluster.version(...call),
    write: async (write, signal) => {
      if (left <= 0) return never();
      if (write.do !== 'create' || write.kind.kind !== 'SelfSubjectAccessReview') left -= 1;
      return await cluster.write(write, signal);
    },
  };
}
