import type { Failure } from '../failure.ts';

/** What only a running pod can give. Goes through the API server, so it needs no network path to the pod. */
export interface Pods {
  /** The last lines of a container's log; of its previous life with `previous`. */
  log(
    pod: PodRef,
    container: string,
    options: { readonly lines: number; readonly previous: boolean },
    signal?: AbortSignal,
  ): Promise<string>;
  /** A port on 127.0.0.1 whose connections end at the pod's port, until closed. Works under strict mTLS. */
  forward(pod: PodRef, port: number): Promise<Forward>;
}

export interface PodRef {
  readonly namespace: string;
  readonly name: string;
}

export interface Forward {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Why the last connection that broke did so, where that is known: its client sees only a reset. */
  problem(): string | undefined;
  /** Set where the last connection that broke had never come to the pod: the API server did not let it through, or was not there. */
  unopened?(): Failure | undefined;
  close(): Promise<void>;
}
