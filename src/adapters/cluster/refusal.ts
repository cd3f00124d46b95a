import { FieldConflicts, fieldConflict } from '../../domain/kubernetes/field-conflict.ts';
import { jsonOf } from '../../domain/units/json.ts';
import { Failure } from '../../failure.ts';
import type { FailureCode } from '../../failure-codes.ts';
import { foreignText } from '../foreign-text.ts';

export interface Refusal {
  readonly status: number;
  readonly text: string;
  /** What was tried, as words after "Cannot": `read Deployment shop/agent`. */
  readonly purpose: string;
  readonly secrets: Iterable<string>;
}

const remedies = {
  CLUSTER_UNAUTHORISED:
    'Renew the credentials of the kubeconfig: the token or certificate has expired, was revoked, or is for another cluster.',
  CLUSTER_FORBIDDEN:
    'Grant the permission that the message names to this user, with a Role and a RoleBinding (`kubectl auth can-i` checks it).',
  CLUSTER_NOT_FOUND: 'Check the name, the namespace, and that the context is the cluster you mean.',
  CLUSTER_CONFLICT: 'Nothing was written. Read the object again, then decide anew.',
  CLUSTER_REFUSED: 'Correct what the message names: the object, or the rule of the cluster that refuses it.',
  CLUSTER_BROKEN:
    'Try again when the API server is well (`kubectl get --raw /readyz`); check that no proxy or login page answers in its place.',
} as const satisfies Partial<Record<FailureCode, string>>;

/** The cause of a Failure that an answer made: for the few places where the code alone says too little. */
class HttpStatus {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

/** The HTTP status behind a Failure; `undefined` when no answer was behind it. */
export const statusBehind = (error: unknown): number | undefined =>
  error instanceof Failure && error.cause instanceof HttpStatus ? error.cause.status : undefined;

/** The Failure for an answer that is not 2xx. */
export function refusal({ status, text, purpose, secrets }: Refusal): Failure {
  const told = statusMessage(text);
  const code = codeOf(status, told, text);
  const shown =
    told === undefined
      ? `something that is no Kubernetes answer: ${foreignText(text, secrets, 200) || '(nothing)'}`
      : foreignText(told, secrets);
  return new Failure(code, `Cannot ${purpose}: the API server answered ${status}, ${shown}`, remedies[code], causeOf(status, text));
}

/** The Failure for a 2xx answer that cannot be read. */
export const unreadable = (purpose: string, problem: string): Failure =>
  new Failure('CLUSTER_BROKEN', `Cannot ${purpose}: the API server's answer ${problem}.`, remedies.CLUSTER_BROKEN);

function codeOf(status: number, told: string | undefined, text: string): keyof typeof remedies {
  if (status === 401) return 'CLUSTER_UNAUTHORISED';
  // What the API server says, in plain text, for an API group that it does not have.
  if (status === 404 && (told !== undefined || text.trim() === '404 page not found')) return 'CLUSTER_NOT_FOUND';
  if (told === undefined || status === 429 || status >= 500 || status < 400) return 'CLUSTER_BROKEN';
  if (status === 403) return byARule.test(told) ? 'CLUSTER_REFUSED' : 'CLUSTER_FORBIDDEN';
  return status === 409 ? 'CLUSTER_CONFLICT' : 'CLUSTER_REFUSED';
}

// 403 answers that no RBAC rule would change: webhooks, admission policies, quotas, a namespace that is going.
const byARule = /admission webhook|denied (?:the )?request|exceeded quota|failed quota|being terminated|violates PodSecurity/;

/** Whose fields an apply would have taken, where the Status lists them. */
function causeOf(status: number, text: string): HttpStatus | FieldConflicts {
  const causes = status === 409 ? (statusOf(text)?.details?.causes ?? []) : [];
  const conflicts = Array.isArray(causes) ? causes.flatMap(fieldConflict) : [];
  return conflicts.length > 0 ? new FieldConflicts(conflicts) : new HttpStatus(status);
}

interface Status {
  readonly message?: unknown;
  readonly reason?: unknown;
  readonly details?: { readonly causes?: unknown };
}

function statusMessage(text: string): string | undefined {
  const status = statusOf(text);
  return status === undefined ? undefined : String(status.message ?? status.reason ?? 'without a message');
}

function statusOf(text: string): Status | undefined {
  // Not JSON: then it is not Kubernetes that answered, and the caller shows what did.
  const value = jsonOf(text);
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'Status' ? value : undefined;
}
