/** A metric store that speaks PromQL. */
export interface Metrics {
  /**
   * One instant query at the store's present time. Throws METRICS_UNREACHABLE when there is no usable answer: no connection, a
   * time-out, an error, something that is not Prometheus' JSON. An empty result is an answer: `[]`.
   */
  query(promql: string, signal?: AbortSignal): Promise<readonly Series[]>;
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** May be NaN or infinite: the reader decides what that means. */
  readonly value: number;
}
