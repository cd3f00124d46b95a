import { readFile } from 'node:fs/promises';

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

/** In the order in which the requests arrived. */
export async function auditEntries(lab: { auditLog: string }, question: AuditQuestion = {}): Promise<AuditEntry[]> {
  const lines = (await readFile(lab.auditLog, 'utf8')).split('\n');
  // The last line is empty or still being written.
  const entries = lines.slice(0, -1).map((line) => JSON.parse(line) as AuditLine);
  return entries
    .filter(({ stage }) => stage === 'ResponseComplete')
    .map(entryOf)
    .filter((entry) => isAskedFor(entry, question))
    .sort((one, other) => one.at.getTime() - other.at.getTime());
}

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
