import { jsonAnnotation, textsOf } from '../kubernetes/json-annotation.ts';

/** What can be asked of a run that goes on. */
export const requestable = ['pause', 'resume', 'promote', 'abort'] as const;
export type Requestable = (typeof requestable)[number];

/** What somebody asks of the run that holds the Lease: an annotation beside what that run writes. */
export interface Request {
  /** Of the process that asks, which asks once. */
  readonly id: string;
  readonly what: Requestable;
  /** Of the run that is meant: no other one obeys. */
  readonly epoch: number;
  readonly who: string;
  /** Empty: none was given. */
  readonly why: string;
  /** ISO 8601. */
  readonly at: string;
  readonly run: string;
}

/** What the run says to it. */
export interface Answer {
  /** Of the request. */
  readonly id: string;
  readonly is: 'accepted' | 'nothing-to-do' | 'refused';
  /** A sentence for whoever asked. */
  readonly text: string;
}

/** How the last run ended, for whoever looks afterwards. */
export interface EndRecord {
  readonly epoch: number;
  readonly outcome: string;
  readonly text: string;
  readonly run: string;
  /** ISO 8601. */
  readonly at: string;
}

/** Who took the Lease from whom, and why: for whoever looks afterwards. */
export interface UnlockRecord {
  readonly from: string;
  readonly who: string;
  readonly why: string;
  readonly run: string;
  /** ISO 8601. */
  readonly at: string;
}

/** Which holds were lifted last, by whom, and why: for whoever looks afterwards. */
export interface UnheldRecord {
  readonly digests: readonly string[];
  readonly who: string;
  readonly why: string;
  readonly run: string;
  /** ISO 8601. */
  readonly at: string;
}

export function readRequest(text: string | undefined): Request | undefined {
  const fields = jsonAnnotation(text);
  const texts = textsOf(fields, ['id', 'who', 'why', 'at', 'run']);
  const what = requestable.find((known) => known === fields?.['what']);
  const epoch = fields?.['epoch'];
  return texts === undefined || what === undefined || typeof epoch !== 'number' ? undefined : { what, epoch, ...texts };
}

const answers = ['accepted', 'nothing-to-do', 'refused'] as const;

export function readAnswer(text: string | undefined): Answer | undefined {
  const fields = jsonAnnotation(text);
  const texts = textsOf(fields, ['id', 'text']);
  const is = answers.find((known) => known === fields?.['is']);
  return texts === undefined || is === undefined ? undefined : { is, ...texts };
}

export function readEnd(text: string | undefined): EndRecord | undefined {
  const fields = jsonAnnotation(text);
  const texts = textsOf(fields, ['outcome', 'text', 'run', 'at']);
  const epoch = fields?.['epoch'];
  return texts === undefined || typeof epoch !== 'number' ? undefined : { epoch, ...texts };
}
