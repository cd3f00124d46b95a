/** The raw counters of one pod at one moment, all since its process began. */
export interface PodCounters {
  readonly requests: number;
  readonly errors: number;
  /** Upper edge in seconds, `Infinity` included → requests up to there. Empty when no histogram was asked for or given. */
  readonly buckets: ReadonlyMap<number, number>;
}

/** By pod name. */
export type Counters = ReadonlyMap<string, PodCounters>;

/** What happened between two moments, summed over the pods. */
export interface Increment {
  readonly requests: number;
  readonly errors: number;
  /** Finite upper edge in seconds → requests up to there. Only edges that every pod has. */
  readonly buckets: ReadonlyMap<number, number>;
  /** All requests that the histogram saw: its +Inf bucket. */
  readonly latencyRequests: number;
}

export const nothing: Increment = { requests: 0, errors: 0, buckets: new Map(), latencyRequests: 0 };
const zero: PodCounters = { requests: 0, errors: 0, buckets: new Map() };

/**
 * Counts what is new. A pod without an earlier count is counted from 0 and one that vanished adds nothing. A counter that fell has
 * begun anew, so all of it is new. Requests that fell take the errors along, and a histogram in which the requests between any two
 * edges fell has begun anew as a whole: they belong to the same process. Requests and histogram are judged apart, because they are two queries and a pod may
 * restart between them.
 */
export function increment(before: Counters, after: Counters): Increment {
  return sum([...after].map(([pod, counters]) => podIncrement(before.get(pod) ?? zero, counters)));
}

function podIncrement(before: PodCounters, after: PodCounters): Increment {
  const from = after.requests < before.requests ? zero : before;
  const buckets = bucketIncrement(before.buckets, after.buckets);
  return {
    requests: after.requests - from.requests,
    errors: after.errors < from.errors ? after.errors : after.errors - from.errors,
    buckets: new Map([...buckets].filter(([edge]) => edge !== Infinity)),
    latencyRequests: buckets.get(Infinity) ?? 0,
  };
}

function bucketIncrement(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const sameEdges = before.size === after.size && [...after.keys()].every((edge) => before.has(edge));
  const fresh = new Map([...after].map(([edge, count]) => [edge, count - (before.get(edge) ?? 0)]));
  return sameEdges && isCumulative(fresh) ? fresh : after;
}

/** A larger edge never has fewer requests than a smaller one. */
export function isCumulative(buckets: ReadonlyMap<number, number>): boolean {
  const counts = [...buckets].sort(([one], [other]) => one - other).map(([, count]) => count);
  return counts.every((count, index) => count >= (counts[index - 1] ?? 0));
}

export const sum = (increments: readonly Increment[]): Increment => increments.reduce(add, nothing);

function add(one: Increment, other: Increment): Increment {
  return {
    requests: one.requests + other.requests,
    errors: one.errors + other.errors,
    buckets: addBuckets(one, other),
    latencyRequests: one.latencyRequests + other.latencyRequests,
  };
}

// A count up to an edge that only one of two histograms has cannot be known for both, so only common edges stay.
function addBuckets(one: Increment, other: Increment): ReadonlyMap<number, number> {
  if (one.latencyRequests === 0) return other.latencyRequests === 0 && other.buckets.size === 0 ? one.buckets : other.buckets;
  if (other.latencyRequests === 0) return one.buckets;
  return new Map(
    [...one.buckets].flatMap(([edge, count]) => {
      const more = other.buckets.get(edge);
      return more === undefined ? [] : [[edge, count + more] as const];
    }),
  );
}

/** What the next reading is compared with. A pod or a histogram that one reading lacks keeps its last count: it may come back. */
export function carry(before: Counters, after: Counters): Counters {
  const carried = new Map(before);
  for (const [pod, counters] of after) {
    const earlier = before.get(pod);
    carried.set(pod, counters.buckets.size === 0 && earlier !== undefined ? { ...counters, buckets: earlier.buckets } : counters);
  }
  return carried;
}
