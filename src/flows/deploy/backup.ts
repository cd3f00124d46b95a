import { backupJob, backupProblem, hidesFailure, type JobState, jobState, namedJob } from '../../domain/fleet/backup-job.ts';
import { diagnose } from '../../domain/kubernetes/diagnosis.ts';
import { Job, Pod } from '../../domain/kubernetes/kinds.ts';
import { goesOn, hasLasted, type Lasting } from '../../domain/kubernetes/lasting.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { podSpec, podStatus } from '../../domain/kubernetes/pod.ts';
import type { Container } from '../../domain/kubernetes/workload.ts';
import { durationText } from '../../domain/units/duration.ts';
import { shown } from '../../domain/units/shown.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { followAll } from '../follow.ts';
import { patiently } from '../patiently.ts';
import { remove } from '../remove.ts';
import type { BackupWish } from './release-file.ts';

export type Backup = Exclude<BackupWish, { by: 'skip' }>;

/** Lines of the log that are looked through for what it has made. */
const lines = 500;
const mostBytes = 1_000_000;

/** The Job as it is made, under a name of its own. Throws FILE_UNREADABLE. */
export async function plannedBackup(
  world: Pick<World, 'files'>,
  release: string,
  backup: Backup,
  namespace: string,
  name: string,
): Promise<KubernetesObject> {
  const named = { name, namespace, release };
  if (backup.by === 'command') return backupJob(named, backup, backup.seconds);
  const [manifest, ...further] = (await world.files.documents(backup.path, mostBytes)) as readonly KubernetesObject[];
  const wrong = (what: string, remedy: string): Failure =>
    new Failure('FILE_UNREADABLE', `\`${shown(backup.path)}\`, the backup, ${what}.`, remedy);
  if (manifest?.kind !== 'Job' || manifest.apiVersion !== 'batch/v1' || further.length > 0)
    throw wrong('is not one Job (batch/v1)', 'Give a file that holds the Job, and nothing else.');
  const containers = ((manifest['spec'] as Spec | undefined)?.template?.spec?.containers ?? []).map(argvOf);
  if (containers.length === 0) throw wrong('has no container', 'Give one that makes the backup.');
  if (containers.some(hidesFailure))
    throw wrong(
      'pipes in a shell without `pipefail`: a dump that fails would pass as a backup',
      'Begin the script with `set -o pipefail;`.',
    );
  return namedJob(named, manifest);
}

interface Spec {
  readonly template?: { readonly spec?: { readonly containers?: readonly Container[] } };
}

const argvOf = (container: Container): readonly string[] => [
  ...((container['command'] ?? []) as readonly string[]),
  ...((container['args'] ?? []) as readonly string[]),
];

/** Answers with what the backup says it has made. Throws BACKUP_FAILED when it failed, or made nothing; then the Job stays for people to read. */
export async function backUp(world: World, backup: Backup, job: KubernetesObject, signal: AbortSignal): Promise<string> {
  const { name, namespace = '' } = job.metadata;
  world.log.line(`backup: Job ${name}, ${durationText(backup.seconds)} at most`);
  const ref = { kind: Job, namespace, name };
  await patiently(world, { seconds: 60, signal }, () => makeOnce(world, ref.namespace, job));
  try {
    const ended = await ending(world, namespace, name, backup.seconds, signal);
    if (ended.is !== 'complete') {
      if (ended.is !== 'failed') await remove(world, ref);
      throw failed(`Job ${name} ${saidOf(ended, backup.seconds)}.`);
    }
    const log = await patiently(world, { seconds: 60, signal }, () => logOf(world, namespace, name));
    const judged = backupProblem(log, backup.expect, backup.atLeast);
    if ('problem' in judged) throw failed(`Job ${name} ended well, and ${judged.problem}.`);
    world.log.line(`backup: ${shown(judged.found, 200)}`);
    return judged.found;
  } catch (error) {
    // A cancelled run leaves nothing running behind it.
    if (signal.aborted) await remove(world, ref).catch(() => false);
    throw error;
  }
}

/** A create whose answer was lost has been made. */
async function makeOnce(world: World, namespace: string, job: KubernetesObject): Promise<void> {
  try {
    await world.cluster.write({ do: 'create', kind: Job, namespace, object: job });
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'CLUSTER_CONFLICT')) throw error;
  }
}

type Ended = Exclude<JobState, { is: 'running' }> | { readonly is: 'running' | 'stuck'; readonly why: string };

/** Seconds. Nobody waits for a backup in the middle of a rollout. */
const stuckAfter = 20;

async function ending(world: World, namespace: string, name: string, seconds: number, signal: AbortSignal): Promise<Ended> {
  let trouble = '';
  let fatal: Lasting<true> | undefined;
  const watched = [
    { kind: Job, options: { name } },
    { kind: Pod, options: { labels: `job-name=${name}` } },
  ];
  const state = await followAll<Ended>(world, { namespace, watched, seconds, signal }, ([jobs = [], pods = []]) => {
    const diagnosis = diagnose(pods, []);
    trouble = diagnosis === undefined ? '' : `: ${diagnosis.what}`;
    const at = world.clock.monotonic();
    fatal = goesOn(fatal, diagnosis?.fatal === true ? true : undefined, at);
    const [job] = jobs;
    const now = job === undefined ? undefined : jobState(job);
    if (now !== undefined && now.is !== 'running') return now;
    // A pod that cannot even start: its Job would wait for it until its time is up.
    return hasLasted(fatal, at, stuckAfter) ? { is: 'stuck', why: diagnosis?.what ?? '' } : undefined;
  });
  return state ?? { is: 'running', why: trouble };
}

function saidOf({ is, why }: Exclude<Ended, { is: 'complete' }>, seconds: number): string {
  if (is === 'running') return `was not done after ${durationText(seconds)}${shown(why, 300)}`;
  return is === 'stuck' ? `cannot start: ${shown(why, 300)}` : `failed (${shown(why, 300)})`;
}

async function logOf(world: World, namespace: string, name: string): Promise<string> {
  const pods = await world.cluster.list(Pod, namespace, { labels: `job-name=${name}` });
  const done = pods.find((pod) => podStatus(pod).phase === 'Succeeded');
  if (done === undefined) return '';
  const containers = (podSpec(done).containers ?? []).map((each) => each.name);
  const pod = { namespace, name: done.metadata.name };
  const logs = await Promise.all(containers.map((container) => world.pods.log(pod, container, { lines, previous: false })));
  return logs.join('\n');
}

const failed = (what: string): Failure =>
  new Failure(
    'BACKUP_FAILED',
    `The backup before the release is none: ${what}`,
    'Read the log of the Job, and mend the backup. To release without one, give `skip-backup` with the reason.',
  );
