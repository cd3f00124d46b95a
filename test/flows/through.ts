import type { Cluster } from '../../src/ports/cluster.ts';

/** What of this is not its own goes to that cluster. */
export const through = (cluster: Cluster, own: Partial<Cluster>): Cluster => ({
  get: (...call) => cluster.get(...call),
  list: (...call) => cluster.list(...call),
  watch: (...call) => cluster.watch(...call),
  version: (...call) => cluster.version(...call),
  write: (...call) => cluster.write(...call),
  ...own,
});
