import type { Seconds } from '../units/duration.ts';
import type { Increment } from './counters.ts';

/** Where a quantile lies. In the last, open bucket only a lower bound is known. */
export type Quantile = { readonly is: 'at'; readonly seconds: Seconds } | { readonly is: 'above'; readonly seconds: Seconds };

/**
 * The quantile as Prometheus' `histogram_quantile` computes it: linear within its bucket, from 0 in the first one.
 * `undefined` when the histogram saw no request.
 */
export function quantileOf({ buckets, latencyRequests }: Increment, quantile: number): Quantile | undefined {
  if (latencyRequests <= 0) return undefined;
  const rank = quantile * latencyRequests;
  let [lowerEdge, lowerCount] = [0, 0];
  for (const [edge, count] of edgesOf(buckets)) {
    if (!exceeds(rank, count)) {
      const start = edge > 0 ? lowerEdge : edge;
      const within = count > lowerCount ? Math.min(1, (rank - lowerCount) / (count - lowerCount)) : 1;
      return { is: 'at', seconds: start + (edge - start) * within };
    }
    [lowerEdge, lowerCount] = [edge, count];
  }
  return { is: 'above', seconds: lowerEdge };
}

/** Requests that certainly took longer than the limit: those above the smallest edge that is not below it. */
export function slowerThan({ buckets, latencyRequests }: Increment, limit: Seconds): number {
  const edge = edgesOf(buckets).find(([upper]) => !exceeds(limit, upper));
  return edge === undefined ? 0 : latencyRequests - edge[1];
}

const edgesOf = (buckets: ReadonlyMap<number, number>): readonly (readonly [number, number])[] =>
  [...buckets].sort(([one], [other]) => one - other);

/** The edges on both sides of a limit that is no edge itself; `undefined` when it is one, and then nothing is interpolated. */
export function neighbouringEdges(
  edges: Iterable<number>,
  limit: Seconds,
): { readonly below?: Seconds; readonly above?: Seconds } | undefined {
  const finite = [...edges].filter(Number.isFinite).sort((one, other) => one - other);
  if (finite.some((edge) => !(exceeds(edge, limit) || exceeds(limit, edge)))) return undefined;
  const below = finite.findLast((edge) => edge < limit);
  const above = finite.find((edge) => edge > limit);
  return { ...(below === undefined ? {} : { below }), ...(above === undefined ? {} : { above }) };
}

/** Greater, and not only by the binary dust of a product: 29 is not more than 0.29 × 100. */
export const exceeds = (value: number, limit: number): boolean => value - limit > 1e-9 * Math.max(1e-3, Math.abs(limit));
