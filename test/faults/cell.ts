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
const patience = { guardian: 60, tidied: 40 } as const;

/** Runs one cell on a subject that is at rest, and leaves it at rest. Throws what is wrong. */
export async function runCell(subject: Subject, cell: Cell): Promise<void> {
  const { moment, fault } = cell;
  const failedBefore = subject.load.figures().failed;
  const before = await stableImage(subject);
  const image = imageFor(subject, moment.journey, before);
  if (fault.is === 'killed') {
    await killedRun(subject, moment, image, fault.heard);
    // Not yet changed, stable must be as it was.
    const images = moment.stableChanged ? [before, image] : [before];
    if (fault.then !== 'next run') await untilLawful(subject, afterGuardian, images, patience.guardian);
    const same = fault.next === 'same image';
    const next = await nextRun(subject, same ? image : subject.images.other.pinned);
    if (next.exitCode !== 0) throw new Error(`The next run failed:\n${plain(next)}`);
    // A promotion that had begun is finished forward by a run of the same image.
    await untilLawful(subject, afterRun, same ? [before, image] : images, patience.tidied);
  } else {
    const run = await runJourney(subject, moment.journey, image, (seen) => (isMoment(seen, moment) ? 'answer lost' : 'answered'));
    if (run.result.outputs['outcome'] !== moment.journey.outcome) throw new Error(`It ended otherwise:\n${plain(run.result)}`);
    await untilLawful(subject, afterRun, [before, image], patience.tidied);
  }
  const failed = subject.load.figures().failed - failedBefore;
  if (failed > 0) throw new Error(`${failed} requests failed: ${JSON.stringify(subject.load.figures())}`);
}

const imageFor = ({ images: { good, better, bad } }: Subject, { image }: Journey, stable: string): string => {
  if (image === 'bad') return bad.pinned;
  return stable === good.pinned ? better.pinned : good.pinned;
};

/** Names of all writes of a journey that nobody disturbs. */
export async function undisturbed(subject: Subject, journey: Journey): Promise<readonly string[]> {
  const before = await stableImage(subject);
  const image = imageFor(subject, journey, before);
  const { result, writes } = await runJourney(subject, journey, image, () => 'answered');
  if (result.outputs['outcome'] !== journey.outcome) throw new Error(`${journey.name} ended otherwise:\n${plain(result)}`);
  await untilLawful(subject, afterRun, [before, image], patience.tidied);
  return writes;
}

/** The writes so far, the newest last. */
type Seen = readonly string[];
type Ruling = 'answered' | 'answer lost' | 'killed, heard' | 'killed, not heard';

const isMoment = (seen: Seen, { write, nth }: Moment): boolean =>
  seen.at(-1) === write && seen.filter((each) => each === write).length === nth;

interface Run {
  readonly result: ActionResult;
  readonly writes: Seen;
}

async function killedRun(subject: Subject, moment: Moment, image: string, heard: boolean): Promise<void> {
  let reached = false;
  const { result } = await runJourney(subject, moment.journey, image, (seen) => {
    if (reached || !isMoment(seen, moment)) return 'answered';
    reached = true;
    return heard ? 'killed, heard' : 'killed, not heard';
  });
  // With a `post` step it was the time of a cancelled run that was up.
  if (!reached || result.signal !== 'SIGKILL' || result.post !== undefined) throw new Error(`It was not killed there:\n${plain(result)}`);
}

async function runJourney(subject: Subject, journey: Journey, image: string, rule: (seen: Seen) => Ruling): Promise<Run> {
  const proxy = await startApiProxy(subject.app.lab);
  const writes: string[] = [];
  subject.canaryFails(journey.image === 'bad' ? 1 : 0);
  const action = start(subject, proxy, { ...journey.inputs, image });
  proxy.onWrite = (write) => {
    const name = writeName(write, subject.router, subject.application);
    if (name === undefined) return 'answered';
    writes.push(name);
    if (name === journey.cancelledAt && writes.filter((each) => each === name).length === 1) action.cancel();
    const ruling = rule(writes);
    if (ruling === 'answered' || ruling === 'answer lost') return ruling;
    if (ruling === 'killed, heard') return 'last answer';
    action.kill();
    return 'answer lost';
  };
  proxy.onLastAnswer = () => action.kill();
  try {
    return { result: await action.result, writes };
  } finally {
    subject.canaryFails(0);
    await proxy.close();
  }
}

const start = ({ inputs }: Subject, { kubeconfig }: ApiProxy, more: Readonly<Record<string, string>>): RunningAction =>
  startAction({ action: 'canary', inputs: { ...inputs, kubeconfig, ...more } });

/** As short as a run can be that makes a canary: what it has to tidy up comes before. */
const nextRun = ({ inputs }: Subject, image: string): Promise<ActionResult> =>
  startAction({ action: 'canary', inputs: { ...inputs, image, stages: '0@1s', promote: 'false' } }).result;

async function stableImage({ app: { lab, namespace } }: Subject): Promise<string> {
  const { apiVersion, kind } = Deployment;
  const stable = await lab.client.get({ apiVersion, kind, namespace, name: 'agent' });
  return imageOf(stable as KubernetesObject, container) ?? '';
}

const plain = ({ log }: ActionResult): string => log.replace(/^::debug::.*\n/gm, '');
