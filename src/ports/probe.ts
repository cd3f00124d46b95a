/** A single HTTP request, as a user of the service would make it. */
export interface Probe {
  /** Does not follow redirects. A connection that fails is an answer of its own, not an error. */
  get(url: string, options: ProbeOptions): Promise<ProbeAnswer>;
}

export interface ProbeOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
}

export type ProbeAnswer =
  /** `body` is at most the first 64 KiB. */
  { readonly is: 'answer'; readonly status: number; readonly body: string } | { readonly is: 'no-answer'; readonly reason: string };
