import type { RecordedPhase } from './effect.ts';
import type { EvidenceRecord } from './evidence-record.ts';
import type { EndRecord, Request } from './request.ts';

/**
 * How a service stands, for a person and as JSON: field names are part of the report's format. `null`: not known, and `notKnown` says why;
 * an empty text: there is none.
 */
export interface Standing {
  readonly service: string;
  readonly namespace: string;
  /** ISO 8601. */
  readonly at: string;
  /** `untouched`: there is no Lease of it. */
  readonly phase: RecordedPhase | 'untouched' | null;
  /** A run waits for a person. */
  readonly paused: boolean;
  /** Such as `2/4`. */
  readonly stage: string;
  /** The canary's share as the route gives it. Percent. */
  readonly weight: number | null;
  /** ISO 8601: since when phase and weight are as they are recorded. */
  readonly since: string;
  /** Of the rollout that goes on, or of the last one. */
  readonly image: string;
  readonly previousImage: string;
  readonly run: string;
  readonly holder: string | null;
  /** Whether the holder was seen to renew the Lease. `null` also where there is none. */
  readonly alive: boolean | null;
  readonly epoch: number | null;
  readonly guardian: GuardianStanding | null;
  /** What somebody asks of the holder and has no answer yet. */
  readonly request: Request | null;
  /** What else of the service a run has begun and not ended: a rolling update, a switch between colours, a rollback. Sentences. */
  readonly open: readonly string[];
  readonly evidence: EvidenceRecord | null;
  readonly lastKnownGood: string;
  readonly lastEnd: EndRecord | null;
  readonly stable: WorkloadStanding | null;
  readonly canary: WorkloadStanding | null;
  readonly notKnown: readonly string[];
}

export interface GuardianStanding {
  /** What it last said; `none`: nothing. */
  readonly says: 'none' | 'watching' | 'pausing' | 'unable' | 'acted';
  /** In words. */
  readonly text: string;
  /** Whether its heartbeat was seen to go on, or, where it could not be waited for, its pod runs. `null`: not known. */
  readonly alive: boolean | null;
  /** Seconds of a pause's deadline. */
  readonly deadline?: number;
  readonly passed?: number;
}

export interface WorkloadStanding {
  readonly name: string;
  /** Empty where it is not there. */
  readonly image: string;
  readonly replicas: number;
  readonly ready: number;
  readonly pods: readonly { readonly name: string; readonly ready: boolean }[];
}
