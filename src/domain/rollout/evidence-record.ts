import { jsonAnnotation, textsOf } from '../kubernetes/json-annotation.ts';

/** A canary that passed: what `promote` asks for. */
export interface EvidenceRecord {
  readonly image: string;
  readonly run: string;
  /** ISO 8601. */
  readonly at: string;
  /** Fingerprint of the template, where it came with manifests. */
  readonly template?: string;
  /** What stable ran then. Missing in records of 0.1.0. */
  readonly previousImage?: string;
}

/** Anyone who may edit the Lease may have written it. */
export function readEvidence(text: string | undefined): EvidenceRecord | undefined {
  const fields = jsonAnnotation(text);
  const texts = textsOf(fields, ['image', 'run', 'at']);
  return texts === undefined ? undefined : { ...texts, ...textsOf(fields, ['template']), ...textsOf(fields, ['previousImage']) };
}
