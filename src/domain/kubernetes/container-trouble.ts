import { shown } from '../units/shown.ts';
import type { Diagnosis } from './diagnosis.ts';
import { foreignClause } from './foreign-clause.ts';
import type { KubernetesObject } from './object.ts';
import { type ContainerStatus, containerStatuses, podStatus, type Terminated } from './pod.ts';

type Finding = Pick<Diagnosis, 'cause' | 'fatal' | 'what' | 'remedy'>;

/** What the statuses of a pod's containers say is wrong with them. */
export const containerTroubles = (pod: KubernetesObject): readonly Diagnosis[] =>
  containerStatuses(pod).flatMap((status) => {
    const init = (podStatus(pod).initContainerStatuses ?? []).includes(status);
    const who = `${init ? 'Init container' : 'Container'} \`${status.name}\` of pod ${pod.metadata.name}`;
    const finding = findingOf(status, who, init);
    return finding === undefined ? [] : [{ ...finding, pod: pod.metadata.name, container: status.name }];
  });

function findingOf(status: ContainerStatus, who: string, init: boolean): Finding | undefined {
  const { waiting, terminated } = status.state ?? {};
  if (waiting?.reason !== undefined) return waitingFinding(waiting.reason, waiting.message, status, who);
  if (terminated !== undefined) return init && terminated.exitCode === 0 ? undefined : ended(terminated, status, who, false);
  const last = status.lastState?.terminated;
  return last === undefined || status.ready === true ? undefined : ended(last, status, who, false);
}

function waitingFinding(reason: string, message: string | undefined, status: ContainerStatus, who: string): Finding | undefined {
  const said = message === undefined ? '' : `: ${foreignClause(message)}`;
  const known = waitingReasons[reason];
  if (known !== undefined) {
    const fatal = known.fatal(message ?? '');
    return { cause: known.cause, fatal, what: `${who} ${known.what} (${reason})${said}.`, remedy: known.remedy };
  }
  const last = status.lastState?.terminated;
  if (reason !== 'CrashLoopBackOff') return last === undefined ? undefined : ended(last, status, who, false);
  if (last !== undefined) return ended(last, status, who, true);
  return { cause: 'crash-loop', fatal: true, what: `${who} ends again and again${said}.`, remedy: readItsLog };
}

/** A container that ended: of what, and whether it is in a loop of that. */
export function ended(last: Terminated, { restartCount = 0 }: ContainerStatus, who: string, loop: boolean): Finding {
  const said = last.message === undefined || last.message === '' ? '' : `: ${foreignClause(last.message)}`;
  const times = restartCount === 0 ? '' : `, restarted ${restartCount === 1 ? 'once' : `${restartCount} times`}`;
  if (last.reason === 'OOMKilled') {
    const remedy = 'Raise resources.limits.memory of the container, or find what the new version needs the memory for.';
    return {
      cause: 'out-of-memory',
      fatal: loop,
      what: `${who} was killed because it used more memory than its limit allows${times}${said}.`,
      remedy,
    };
  }
  const how = `${loop ? 'ends again and again, the last time' : 'ended'} with exit code ${last.exitCode}${meaning(last)}${times}`;
  return { cause: loop ? 'crash-loop' : 'exited', fatal: loop, what: `${who} ${how}${said}.`, remedy: remedyFor(last) };
}

const readItsLog = 'Read the end of its log (kubectl logs --previous) and its environment.';

function meaning({ exitCode, reason }: Terminated): string {
  if (exitCode === 0) return ' although it should go on running';
  const known = exitMeanings[exitCode];
  if (known !== undefined) return ` (${known})`;
  return reason === undefined || reason === 'Error' ? '' : ` (${shown(reason)})`;
}

const exitMeanings: Readonly<Record<number, string>> = {
  126: 'its command cannot be executed',
  127: 'its command was not found',
  128: 'its command could not be started',
  134: 'aborted by itself, SIGABRT',
  137: 'killed, SIGKILL: by a failing liveness probe, or by the node for its memory',
  139: 'segmentation fault, SIGSEGV',
  143: 'asked to end, SIGTERM: by a failing liveness probe, for instance',
};

function remedyFor({ exitCode }: Terminated): string {
  if (exitCode >= 126 && exitCode <= 128)
    return 'Compare command and args of the container with what the image holds, and the image with the platform of the nodes.';
  return exitCode === 137 ? whoKilledIt : readItsLog;
}

// A node may tell an exit before the memory event that caused it, and then never says OOMKilled: containerd/containerd#8180.
const whoKilledIt =
  'Compare what it used of memory with resources.limits.memory, read its liveness probe, and the end of its log (kubectl logs --previous).';

interface WaitingReason {
  readonly cause: Diagnosis['cause'];
  readonly what: string;
  readonly remedy: string;
  readonly fatal: (message: string) => boolean;
}

// A registry that is down or busy may answer the next time the kubelet asks; a missing image will not appear by waiting.
const passing =
  /time-?out|timed out|deadline exceeded|connection (?:refused|reset)|no such host|too ?many ?requests|temporar|unexpected EOF|\b(?:429|50[0234])\b/i;
const definite = /not ?found|manifest unknown|unauthori[sz]ed|denied|forbidden|no match(?:ing manifest)? for platform|invalid reference/i;

const image = (fatal: WaitingReason['fatal'], what = 'cannot get its image'): WaitingReason => ({
  cause: 'image-pull',
  what,
  remedy: 'Check the name, the digest and the platform of the image, and the imagePullSecrets of the pod.',
  fatal,
});

const config = (what: string): WaitingReason => ({
  cause: 'config',
  what,
  remedy: 'Check the ConfigMaps, Secrets, keys, volumes and the command that the container names.',
  fatal: () => true,
});

const waitingReasons: Readonly<Record<string, WaitingReason>> = {
  ErrImagePull: image((message) => definite.test(message)),
  ImagePullBackOff: image((message) => definite.test(message) || !passing.test(message)),
  RegistryUnavailable: image(() => false),
  InvalidImageName: image(() => true, 'has an image name that cannot be read'),
  ErrImageNeverPull: image(() => true, 'may not pull its image (imagePullPolicy Never), and the node does not have it'),
  ImageInspectError: image(() => true, 'has an image that the node cannot read'),
  SignatureValidationFailed: image(() => true, 'has an image whose signature was not accepted'),
  CreateContainerConfigError: config('cannot be configured'),
  CreateContainerError: config('cannot be created'),
  RunContainerError: config('cannot be started'),
};
