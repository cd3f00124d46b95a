import { startAction } from '../actions/runner.ts';
import { printed } from '../rollout/rollouts.ts';
import { type ApiProxy, startApiProxy } from './api-proxy.ts';
import {
  codeOf,
  configurationFor,
  imageFor,
  mostAttempts,
  nextRun,
  plain,
  runJourney,
  stableImage,
  start,
  toBeginWith,
  tooSlow,
} from './journey-run.ts';
import { doesHarm, type Journey, type Moment, momentText } from './journeys.ts';
import { runLanes } from './lanes.ts';
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
  | { readonly is: 'answer lost'; readonly by: 'broken' | 'silent' }
  /** SIGKILL while the network still holds the write. It arrives when the next run has given the canary half of the users. */
  | { readonly is: 'late' };

export interface Cell {
  readonly moment: Moment;
  readonly fault: Fault;
}

const cellText = ({ moment, fault }: Cell): string => `${momentText(moment)}: ${faultText(fault)}`;

function faultText(fault: Fault): string {
  switch (fault.is) {
    case 'killed':
      return `killed, answer ${fault.heard ? 'heard' : 'not heard'}, then ${fault.then}, ${fault.next}`;
    case 'answer lost':
      return `answer lost, connection ${fault.by}`;
    case 'late':
      return 'late';
  }
}

/** Seconds. The Lease lasts five, and a guardian that finds stable changed waits for its pods. How soon that is, is measured elsewhere. */
const patience = { guardian: 240, tidied: 180 } as const;

/** Runs one cell on a subject that is at rest, and leaves it at rest. Throws what is wrong; answers with how often it was made again. */
async function runCell(subject: Subject, cell: Cell): Promise<number> {
  const failedBefore = subject.load.figures().failed;
  for (let attempt = 1; ; attempt += 1) {
    const missed = await suffer(subject, cell);
    const { failed, ...figures } = subject.load.figures();
    if (failed > failedBefore) throw new Error(`${failed - failedBefore} requests failed: ${JSON.stringify(figures)}`);
    if (missed === undefined) return attempt - 1;
    if (attempt === mostAttempts) throw new Error(`It never came to that moment:\n${missed}`);
  }
}

/** Runs cells side by side. Answers with those that went wrong, and says how many were made again. */
export async function runCells(name: string, subjects: readonly Subject[], cells: readonly Cell[]): Promise<readonly string[]> {
  let again = 0;
  const run = async (subject: Subject, cell: Cell): Promise<readonly string[]> => {
    again += await runCell(subject, cell);
    return [];
  };
  const failures = await runLanes({ name, text: cellText, run }, subjects, cells);
  if (again > 0) process.stdout.write(`${name}: ${again} made again, because the machine was too slow\n`);
  return failures;
}

/** Answers with the log of a run that ended otherwise, whose world has been put in order too. */
async function suffer(subject: Subject, { moment, fault }: Cell): Promise<string | undefined> {
  switch (fault.is) {
    case 'killed':
      return await kill(subject, moment, fault);
    case 'answer lost':
      return await loseAnswer(subject, moment, fault.by);
    case 'late':
      return await delay(subject, moment);
  }
}

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
  await nextRun(subject, same ? image : subject.images.other.pinned, same && doesHarm(moment.journey));
  // A promotion that had begun is finished forward by a run of the same image.
  await untilLawful(subject, afterRun, same ? [before, image] : images, patience.tidied);
  return killed ? undefined : plain(result);
}

async function loseAnswer(subject: Subject, moment: Moment, by: 'broken' | 'silent'): Promise<string | undefined> {
  const before = await stableImage(subject);
  const image = imageFor(subject, moment.journey, before);
  const { result, reached } = await runJourney(subject, moment.journey, image, moment, by);
  const asEver = result.outputs['outcome'] === moment.journey.outcome;
  if (!asEver) await nextRun(subject, subject.images.other.pinned);
  await untilLawful(subject, afterRun, [before, image], patience.tidied);
  return reached && asEver ? undefined : plain(result);
}

async function delay(subject: Subject, moment: Moment): Promise<string | undefined> {
  const before = await stableImage(subject);
  const image = imageFor(subject, moment.journey, before);
  const { lab } = subject.app;
  const proxy = await startApiProxy(lab);
  try {
    const arrive = await heldBack(subject, proxy, moment, image);
    const inputs = { image: subject.images.other.pinned, stages: '50@10s', promote: 'false' };
    const next = startAction({ action: 'canary', inputs: { ...subject.inputs, ...inputs } });
    await printed(next, /^stage 1\/1, 50 % · .* requests/);
    arrive?.();
    const { outputs, report, ...ended } = await next.result;
    await untilLawful(subject, afterRun, [before, image], patience.tidied);
    // Noticed at the next look, and costs no request: a guardian's objects that are not the run's.
    if (outputs['outcome'] !== 'analysed' && codeOf({ report }) !== 'GUARDIAN_LOST')
      throw new Error(`The next run was disturbed:\n${plain({ ...ended, outputs, report })}`);
    return arrive === undefined ? 'It ended before.' : undefined;
  } finally {
    await proxy.close();
  }
}

/** Makes a journey up to a moment whose write is not sent on, and kills it there. The answer sends it on. */
async function heldBack(subject: Subject, proxy: ApiProxy, moment: Moment, image: string): Promise<(() => void) | undefined> {
  const held = Promise.withResolvers<void>();
  const names: string[] = [];
  let reached = false;
  await toBeginWith(subject, moment.journey);
  subject.canaryFails(moment.journey.image === 'bad' ? 1 : 0);
  const action = start(subject, proxy, { ...moment.journey.inputs, ...(await configurationFor(subject, moment.journey)), image });
  const times = (name: string): number => names.filter((each) => each === name).length;
  proxy.onSend = async (write) => {
    const name = writeName(write, subject.router, subject.application);
    if (reached || name === undefined) return;
    names.push(name);
    if (name === moment.journey.interruptedAt && times(name) === 1) action.interrupt();
    if (name !== moment.write || times(name) !== moment.nth) return;
    reached = true;
    action.kill();
    await held.promise;
  };
  await action.result;
  subject.canaryFails(0);
  return reached ? held.resolve : undefined;
}

/** Names of all writes of a journey that nobody disturbs. */
export async function undisturbed(subject: Subject, journey: Journey): Promise<readonly string[]> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await stableImage(subject);
    const image = imageFor(subject, journey, before);
    const { result, writes } = await runJourney(subject, journey, image);
    const code = codeOf(result);
    const isSlow = tooSlow.includes(code);
    if (isSlow ? attempt === mostAttempts : result.outputs['outcome'] !== journey.outcome)
      throw new Error(`${journey.name} ended otherwise:\n${plain(result)}`);
    if (isSlow) {
      process.stdout.write(`${journey.name}: ${code}, made again (${attempt} of ${mostAttempts - 1})\n`);
      await nextRun(subject, subject.images.other.pinned);
    }
    await untilLawful(subject, afterRun, [before, image], patience.tidied);
    if (!isSlow) return writes;
  }
}
