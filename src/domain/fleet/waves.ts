import type { NamedCluster } from './named-cluster.ts';

/** What a wave is decided by. */
export type Weighed = Pick<NamedCluster, 'name' | 'weight' | 'canary'>;

/**
 * In which order clusters get a release: the canary cluster by itself, then those with the smaller share of the users before those with the
 * larger one. Clusters of equal weight are one wave: neither of them is the safer one to begin with.
 */
export function wavesOf<T extends Weighed>(clusters: readonly T[]): readonly (readonly T[])[] {
  const first = clusters.filter(({ canary }) => canary);
  const others = clusters.filter(({ canary }) => !canary);
  const weights = [...new Set(others.map(({ weight }) => weight))].toSorted((one, other) => one - other);
  return [first, ...weights.map((weight) => others.filter((each) => each.weight === weight))].filter((wave) => wave.length > 0);
}

/** Percent of the users of all these clusters, rounded to one decimal; `undefined` where no cluster has any. */
export function shareOf(cluster: Weighed, clusters: readonly Weighed[]): number | undefined {
  const all = clusters.reduce((sum, { weight }) => sum + weight, 0);
  return all === 0 ? undefined : Math.round((cluster.weight / all) * 1000) / 10;
}
