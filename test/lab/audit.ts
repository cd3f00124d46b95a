import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { until } from './await.ts';
import type { LabClient } from './client.ts';

/** One answered request to the API server. */
export interface AuditEntry {
  at: Date;
  /** When the answer had been sent. */
  completed: Date;
  verb: string;
  resource: string;
  namespace: string | undefined;
  name: string | undefined;
  subresource: string | undefined;
  code: number;
  user: string;
  userAgent: string;
  /** Nothing was written by it. */
  dryRun: boolean;
  /** The body, for the kinds that the audit policy keeps it for. */
  requestObject: unknown;
}

export interface AuditQuestion {
  since?: Date;
  user?: string;
  verbs?: readonly string[];
  resources?: readonly string[];
  userAgent?: string | RegExp;
}

interface AuditLine {
  stage: string;
  requestReceivedTimestamp: string;
  stageTimestamp: string;
  verb: string;
  requestURI: string;
  objectRef?: { resource?: string; namespace?: string; name?: string; subresource?: string };
  responseStatus?: { code?: number };
  user: { username: string };
  userAgent?: string;
  requestObject?: unknown;
}

/** What of a lab is needed here. */
export interface AuditedLab {
  readonly auditLog: string;
  readonly client: LabClient;
}

/** In the order in which the requests arrived: everything that was answered before this is asked. */
export async function auditEntries(lab: AuditedLab, question: AuditQuestion = {}): Promise<AuditEntry[]> {
  await caughtUp(lab);
  return entriesOf(await readFile(lab.auditLog, 'utf8'), question);
}

/**
 * The API server writes its line about a request when its handler is done, and a long answer is with the client before that: the last lines of a run
 * may not be there yet when the run has ended. They are when a request that was made later is.
 */
async function caughtUp({ auditLog, client }: AuditedLab): Promise<void> {
  const path = `/version?seen=${randomUUID()}`;
  try {
    await client.objects.request('GET', path);
  } catch {
    // Where a test has taken the API server away, nothing more is written.
    return;
  }
  await until('the audit log', async () => (await readFile(auditLog, 'utf8')).includes(`"requestURI":"${path}"`));
}

export function entriesOf(log: string, question: AuditQuestion = {}): AuditEntry[] {
  // The last line is empty or still being written.
  const lines = log.split('\n').slice(0, -1);
  return (
    lines
      .map((line) => JSON.parse(line) as AuditLine)
      .filter(({ stage }) => stage === 'ResponseComplete')
      // Of one form and in microseconds: two requests of the same millisecond keep their order, whichever was answered first.
      .toSorted((one, other) => compared(one.requestReceivedTimestamp, other.requestReceivedTimestamp))
      .map(entryOf)
      .filter((entry) => isAskedFor(entry, question))
  );
}

const compared = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

function entryOf({
  requestReceivedTimestamp,
  stageTimestamp,
  verb,
  requestURI,
  objectRef,
  responseStatus,
  user,
  userAgent = '',
  requestObject,
}: AuditLine): AuditEntry {
  const { resource = '', namespace, name, subresource } = objectRef ?? {};
  const at = new Date(requestReceivedTimestamp);
  return {
    at,
    completed: new Date(stageTimestamp),
    verb,
    resource,
    namespace,
    name,
    subresource,
    code: responseStatus?.code ?? 0,
    user: user.username,
    userAgent,
    dryRun: /[?&]dryRun=All/.test(requestURI),
    requestObject,
  };
}

function isAskedFor(entry: AuditEntry, { since, user, verbs, resources, userAgent }: AuditQuestion): boolean {
  if (since && entry.at < since) return false;
  if (user !== undefined && entry.user !== user) return false;
  if (verbs && !verbs.includes(entry.verb)) return false;
  if (resources && !resources.includes(entry.resource)) return false;
  if (typeof userAgent === 'string') return entry.userAgent.includes(userAgent);
  return userAgent?.test(entry.userAgent) ?? true;
}
