/** A version of the sample that the demo brings to the cluster after v1. */
export interface DemoVersion {
  readonly tag: string;
  readonly about: string;
  /** What makes it so: the sample's settings. */
  readonly environment: Readonly<Record<string, string>>;
  readonly expected: 'promoted' | 'rolled-back';
}

export const versions: readonly DemoVersion[] = [
  { tag: 'v2', about: 'good', environment: {}, expected: 'promoted' },
  { tag: 'v3', about: 'answers 5 % of the requests with an error', environment: { ERROR_RATE: '5%' }, expected: 'rolled-back' },
  {
    tag: 'v4',
    about: 'needs 4 s for every fifth request',
    environment: { SLOW_RATE: '20%', SLOW_LATENCY: '4s' },
    expected: 'rolled-back',
  },
];

/**
 * Milliseconds: the limit of the 99th percentile, and what an answer may take before the demo counts it as bad. An edge of the sample's
 * buckets, and so far above what a good version needs that one slow request on a busy machine takes nobody back.
 */
export const latencyLimit = 2000;

/** Minutes of a real deployment as seconds. */
export const ladder: Readonly<Record<string, string>> = {
  metrics: 'http',
  stages: '5@6s 25@6s 50@6s 100@6s',
  // On a cluster of one's own an image for it would have to be fetched; the lab makes one.
  guardian: 'false',
  interval: '3s',
  'min-requests': '60',
  'latency-p99': `${latencyLimit}ms`,
  drain: '3s',
  'no-data-timeout': '60s',
};
