import type { KubernetesObject } from '../kubernetes/object.ts';
import { type Condition, conditionOf } from '../kubernetes/workload.ts';
import { serviceLabel, trackLabel } from '../rollout/canary-deployment.ts';

/** What makes a backup in the cluster: a program in an image, started from an argument list. */
export interface BackupCommand {
  readonly image: string;
  readonly command: readonly string[];
  /** Secrets of the namespace that it gets as its environment. */
  readonly secrets: readonly string[];
  readonly serviceAccount: string | undefined;
}

export interface JobName {
  readonly name: string;
  readonly namespace: string;
  readonly release: string;
}

/** Seconds that it stays for people to read. */
const kept = 86_400;

const labelsOf = (release: string): Readonly<Record<string, string>> => ({
  [serviceLabel]: release,
  [trackLabel]: 'backup',
});

/** Tried once: whether a second try would be right is for people to say. */
export const backupJob = ({ name, namespace, release }: JobName, backup: BackupCommand, seconds: number): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace, labels: labelsOf(release) },
  spec: {
    backoffLimit: 0,
    activeDeadlineSeconds: Math.ceil(seconds),
    ttlSecondsAfterFinished: kept,
    template: {
      metadata: { labels: labelsOf(release) },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: backup.serviceAccount !== undefined,
        ...(backup.serviceAccount === undefined ? {} : { serviceAccountName: backup.serviceAccount }),
        containers: [
          {
            name: 'backup',
            image: backup.image,
            command: backup.command,
            envFrom: backup.secrets.map((secret) => ({ secretRef: { name: secret } })),
            terminationMessagePolicy: 'FallbackToLogsOnError',
          },
        ],
      },
    },
  },
});

/** A Job of the user's, under a name of this run's own: a Job runs once. */
export function namedJob({ name, namespace, release }: JobName, manifest: KubernetesObject): KubernetesObject {
  const spec = (manifest['spec'] ?? {}) as Readonly<Record<string, unknown>>;
  const { status: _, ...fields } = manifest;
  return {
    ...fields,
    metadata: {
      name,
      namespace,
      labels: { ...manifest.metadata.labels, ...labelsOf(release) },
      annotations: manifest.metadata.annotations ?? {},
    },
    spec: { ttlSecondsAfterFinished: kept, backoffLimit: 0, ...spec },
  };
}

export type JobState = { readonly is: 'running' } | { readonly is: 'complete' } | { readonly is: 'failed'; readonly why: string };

export function jobState(job: KubernetesObject): JobState {
  const conditions = ((job['status'] ?? {}) as { readonly conditions?: readonly Condition[] }).conditions ?? [];
  const failed = conditionOf(conditions, 'Failed');
  if (failed?.status === 'True')
    return { is: 'failed', why: [failed.reason, failed.message].filter((part) => part !== undefined).join(': ') };
  return conditionOf(conditions, 'Complete')?.status === 'True' ? { is: 'complete' } : { is: 'running' };
}

/**
 * What a backup says it has made, out of its log. `expect` has one group that holds a number, and that number has to be more than `atLeast`.
 * `undefined` as a problem: there is one.
 */
export function backupProblem(log: string, expect: string, atLeast: number): { readonly problem: string } | { readonly found: string } {
  if (log.trim() === '') return { problem: 'it said nothing at all: an empty result is no backup' };
  const matches = [...log.matchAll(new RegExp(expect, 'gm'))];
  const match = matches.at(-1);
  if (match === undefined) return { problem: `its log has no line like \`${expect}\`, which would say what it has made` };
  const size = Number(match[1]);
  if (!Number.isFinite(size) || match[1]?.trim() === '')
    return { problem: `\`${match[0].trim().slice(0, 120)}\` in its log holds no number` };
  if (size <= atLeast)
    return { problem: `it says \`${match[0].trim().slice(0, 120)}\`, and that is not more than ${atLeast}: an empty result is no backup` };
  return { found: match[0].trim().slice(0, 200) };
}

/** Containers whose shell would hide that the first program of a pipe failed: a dump that fails and a gzip that does not. */
export function hidesFailure(argv: readonly string[]): boolean {
  const [program = ''] = argv;
  const isShell = /(?:^|\/)(?:ba|da|a|z|k)?sh$/.test(program);
  if (!isShell) return false;
  const script = argv.slice(1).join('\n');
  return /[^|]\|[^|]/.test(script) && !/pipefail/.test(script);
}
