import { Deployment } from '../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { imageOf } from '../../src/domain/rollout/container-image.ts';
import { type ActionResult, type RunningAction, startAction } from '../actions/runner.ts';
import { type ApiProxy, startApiProxy } from './api-proxy.ts';
import { type Journey, type Moment, momentText } from './journeys.ts';
import { afterGuardian, afterRun, untilLawful } from './laws.ts';
import type { Subject } from './subject.ts';
import { writeName } from './write-names.ts';

/** What happens at a moment, and who puts the world in order. */
export type Fault =
  /** SIGKILL; `heard`: the runner got the answer to the write. */
  | {
      readonly is: 'killed';
      readonly heard: boolean;
      readonly then: 'guardian, then the next run' | 'next run';
      readonly next: 'same image' | 'other image';
    }
  /** The write is stored and its answer is lost; the runner lives on. */
  | { readonly is: 'answer lost' };

export interface Cell {
  readonly moment: Moment;
  readonly fault: Fault;
}

export const cellText = ({ moment, fault }: Cell): string =>
  `${momentText(moment)}: ${fault.is === 'killed' ? `killed, answer ${fault.heard ? 'heard' : 'not heard'}, then ${fault.then}, ${fault.next}` : 'answer lost'}`;

const container = 'agent-api';
/** Seconds. The Lease lasts five, and a guardian that finds stable changed waits for its pods. */
const patience = { guardian: 90, tidied: 60 } as const;
/** A machine that is too slow for a Lease of five seconds ends a run before its moment: then it is made again. */
const mostAttempts = 4;

/** Runs one cell on a subject that is at rest, and leaves it at rest. Throws what is wrong; answers with how often it was made again. */
export async function runCell(subject: Subject, cell: Cell): Promise<number> {
  const failedBefore = subject.load.figures().failed;
  for (let attempt = 1; ; attempt += 1) {
    const missed = cell.fault.is === 'killed' ? await kill(subject, cell.moment, cell.fault) : await loseAnswer(subject, cell.moment);
    const { failed, ...figures } = subject.load.figures();
    if (failed > failedBefore) throw new Error(`${failed - failedBefore} requests failed: ${JSON.stringify(figures)}`);
    if (missed === undefined) return attempt - 1;
    if (attempt === mostAttempts) throw new Error(`It never came to that moment:\n${missed}`);
  }
}

/** Answers with the log of a run that ended otherwise, whose world has been put in order too. */
async function kill(subject: Subject, moment: Moment, fault: Extract<Fault, { is: 'killed' }>): Promise<string | undefined> {
  const before = await stableImage(subject);
  const image = imageFor(subject, moment.journey, before);
  const ruling = fault.heard ? 'killed, heard' : 'killed, not heard';
  const { result, reached } = await runJourney(subject, moment.journey, image, moment, ruling);
  const killed = reached && result.signal === 'SIGKILL';
  // Not yet changed, stable must be as it was.
  const images = moment.stableChanged || !killed ? [before, image] : [before];
  if (killed && fault.then !== 'next run') await untilLawful(subject, afterGuardian, images, patience.guardian);
  const same = fault.next === 'same image';
  await nextRun(subject, same ? image : subject.images.other.pinned);
  // A promotion that had begun is finished forward by a run of the same image.
  await untilLawful(subject, afterRun, same ? [before, image] : images, patience.tidied);
  return killed ? undefined : plain(result);
}

async function loseAnswer(subject: Subject, moment: Moment): Promise<string | undefined> {
  const before = await stableImage(subject);
  const image = imageFor(subject, moment.journey, before);
  const { result, reached } = await runJourney(subject, moment.journey, image, moment, 'answer lost');
  const asEver = result.outputs['outcome'] === moment.journey.outcome;
  if (!asEver) await nextRun(subject, subject.images.other.pinned);
  await untilLawful(subject, afterRun, [before, image], patience.tidied);
  return reached && asEver ? undefined : plain(result);
}

const imageFor = ({ images: { good, better, bad } }: Subject, { image }: Journey, stable: string): string => {
  if (image === 'bad') return bad.pinned;
  return stable === good.pinned ? better.pinned : good.pinned;
};

/** Names of all writes of a journey that nobody disturbs. */
export async function undisturbed(subject: Subject, journey: Journey): Promise<readonly string[]> {
  const before = await stableImage(subject);
  const image = imageFor(subject, journey, before);
  const { result, writes } = await runJourney(subject, journey, image);
  if (result.outputs['outcome'] !== journey.outcome) throw new Error(`${journey.name} ended otherwise:\n${plain(result)}`);
  await untilLawful(subject, afterRun, [before, image], patience.tidied);
  return writes;
}

interface Run {
  readonly result: ActionResult;
  readonly writes: readonly string[];
  readonly reached: boolean;
}

/** Makes a journey, and what is ruled at the moment happens there. */
async function runJourney(
  subject: Subject,
  journey: Journey,
  image: string,
  moment?: Moment,
  ruling?: 'answer lost' | 'killed, heard' | 'killed, not heard',
): Promise<Run> {
  const proxy = await startApiProxy(subject.app.lab);
  const writes: string[] = [];
  let reached = false;
  subject.canaryFails(journey.image === 'bad' ? 1 : 0);
  const action = start(subject, proxy, { ...journey.inputs, image });
  const times = (name: string | undefined): number => writes.filter((each) => each === name).length;
  proxy.onWrite = (write) => {
    const name = writeName(write, subject.router, subject.application);
    if (name === undefined) return 'answered';
    writes.push(name);
    if (name === journey.interruptedAt && times(name) === 1) action.interrupt();
    if (reached || name !== moment?.write || times(name) !== moment.nth) return 'answered';
    reached = true;
    if (ruling === 'killed, heard') return 'last answer';
    if (ruling === 'killed, not heard') action.kill();
    return 'answer lost';
  };
  proxy.onLastAnswer = () => action.kill();
  try {
    return { result: await action.result, writes, reached };
  } finally {
    subject.canaryFails(0);
    await proxy.close();
  }
}

const start = ({ inputs }: Subject, { kubeconfig }: ApiProxy, more: Readonly<Record<string, string>>): RunningAction =>
  startAction({ action: 'canary', inputs: { ...inputs, kubeconfig, ...more } });

/** As short as a run can be that makes a canary: what it has to tidy up comes before. One that got no answer is made again. */
async function nextRun({ inputs }: Subject, image: string): Promise<void> {
  let ended: ActionResult | undefined;
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    ended = await startAction({ action: 'canary', inputs: { ...inputs, image, stages: '0@1s', promote: 'false' } }).result;
    if (ended.exitCode === 0) return;
    if (!ended.log.includes('CLUSTER_UNREACHABLE')) break;
  }
  throw new Error(`The next run failed:\n${ended === undefined ? '' : plain(ended)}`);
}

async function stableImage({ app: { lab, namespace } }: Subject): Promise<string> {
  const { apiVersion, kind } = Deployment;
  const stable = await lab.client.get({ apiVersion, kind, namespace, name: 'agent' });
  return imageOf(stable as KubernetesObject, container) ?? '';
}

const plain = ({ log }: ActionResult): string => log.replace(/^::debug::.*\n/gm, '');
