import { Deployment } from '../../src/domain/kubernetes/kinds.ts';
import { appliedByUs } from '../../src/domain/kubernetes/managers.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { imageOf } from '../../src/domain/rollout/container-image.ts';
import { type ActionResult, type RunningAction, startAction } from '../actions/runner.ts';
import { liftHolds } from '../rollout/lift-holds.ts';
import { type ApiProxy, startApiProxy } from './api-proxy.ts';
import { doesHarm, type Journey, type Moment } from './journeys.ts';
import type { Subject } from './subject.ts';
import { writeName } from './write-names.ts';

const container = 'agent-api';
/** A machine that is too slow for a Lease of five seconds ends a run before its moment: then it is made again. */
export const mostAttempts = 4;

/** What a machine that is too slow for a Lease of five seconds does to a run that nobody disturbs. Any other end is a defect. */
export const tooSlow: readonly (string | undefined)[] = ['GUARDIAN_LOST', 'LOCK_LOST'];

export const codeOf = ({ report }: Pick<ActionResult, 'report'>): string | undefined =>
  (report as { readonly code?: string } | undefined)?.code;

export const imageFor = ({ images: { good, better, bad } }: Subject, { image }: Journey, stable: string): string => {
  if (image === 'bad') return bad.pinned;
  return stable === good.pinned ? better.pinned : good.pinned;
};

export interface Run {
  readonly result: ActionResult;
  readonly writes: readonly string[];
  readonly reached: boolean;
}

/** Makes a journey, and what is ruled at the moment happens there. */
export async function runJourney(
  subject: Subject,
  journey: Journey,
  image: string,
  moment?: Moment,
  ruling?: 'broken' | 'silent' | 'killed, heard' | 'killed, not heard',
): Promise<Run> {
  await toBeginWith(subject, journey);
  const proxy = await startApiProxy(subject.app.lab);
  const writes: string[] = [];
  let reached = false;
  subject.canaryFails(journey.image === 'bad' ? 1 : 0);
  const action = start(subject, proxy, { ...journey.inputs, ...(await configurationFor(subject, journey)), image });
  const times = (name: string | undefined): number => writes.filter((each) => each === name).length;
  proxy.onWrite = (write) => {
    const name = writeName(write, subject.router, subject.application);
    if (name === undefined) return 'answered';
    writes.push(name);
    if (name === journey.interruptedAt && times(name) === 1) action.interrupt();
    if (name === journey.stableFailsAt) subject.stableFails(1);
    if (reached || name !== moment?.write || times(name) !== moment.nth) return 'answered';
    reached = true;
    if (ruling === 'killed, heard') return 'last answer';
    if (ruling === 'silent') return 'silent';
    if (ruling === 'killed, not heard') action.kill();
    return 'broken';
  };
  proxy.onLastAnswer = () => action.kill();
  try {
    return { result: await action.result, writes, reached };
  } finally {
    subject.canaryFails(0);
    subject.stableFails(0);
    await proxy.close();
  }
}

export const start = (
  { inputs, configuration }: Subject,
  { kubeconfig }: ApiProxy,
  more: Readonly<Record<string, string>>,
): RunningAction =>
  startAction({
    action: 'canary',
    inputs: { ...inputs, kubeconfig, ...more },
    ...(configuration === undefined ? {} : { env: { GITHUB_WORKSPACE: configuration.workspace } }),
  });

export async function configurationFor({ configuration }: Subject, { configured }: Journey): Promise<Readonly<Record<string, string>>> {
  if (configured !== true) return {};
  if (configuration === undefined) throw new Error('The subject has no configuration.');
  return { manifests: await configuration.write() };
}

/**
 * As short as a run can be that makes a canary: what it has to tidy up comes before. One that got no answer is made again, and one that was
 * itself taken for dead: the guardian of the run before may outlive that one. An image that did harm may be held by then: it is refused,
 * after what was left of it was tidied up. If not, it may do harm again.
 */
export async function nextRun({ inputs, images, router }: Subject, image: string, mayBeHeld = false): Promise<void> {
  // By pod counts 0 % is no pod.
  const stages = router.name === 'replicas' ? '50@1s' : '0@1s';
  let ended: ActionResult | undefined;
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    ended = await startAction({ action: 'canary', inputs: { ...inputs, image, stages, promote: 'false' } }).result;
    if (
      ended.exitCode === 0 ||
      (mayBeHeld && (isHeld(ended) || (image === images.bad.pinned && ended.outputs['outcome'] === 'rolled-back')))
    )
      return;
    const code = codeOf(ended);
    // What a run had left that died in the middle was taken back before this refusal. It comes of pods that are new, or of a slow metric store.
    const unmeasured = ended.log.includes('Stable cannot be measured');
    if (tooSlow.includes(code) || unmeasured)
      process.stdout.write(
        `the next run: ${unmeasured ? 'stable is not measured' : code}, made again (${attempt} of ${mostAttempts - 1})\n`,
      );
    else if (!ended.log.includes('CLUSTER_UNREACHABLE')) break;
  }
  throw new Error(`The next run failed:\n${ended === undefined ? '' : plain(ended)}`);
}

const isHeld = (ended: ActionResult): boolean => codeOf(ended) === 'DIGEST_HELD' || ended.log.includes('DIGEST_HELD');

/** Each journey finds what it found the first time, on whichever subject and whatever came before, so that it has the same moments. */
export async function toBeginWith(subject: Subject, { canary, ...journey }: Journey): Promise<void> {
  // What did harm in one journey has to be let in again for the next one.
  if (doesHarm(journey)) await liftHolds(subject.app.lab.client, subject.app.namespace);
  if (subject.makesItsCanary || canary !== undefined) await subject.app.lab.client.delete(canaryOf(subject));
  if (canary === 'created') await nextRun(subject, subject.images.other.pinned);
  if (subject.makesItsCanary || canary !== undefined) return;
  for (let runs = 0; !(await isApplied(subject)); runs += 1) {
    if (runs === 2) throw new Error('Two runs have not made the canary theirs.');
    await nextRun(subject, subject.images.other.pinned);
  }
}

const canaryOf = ({ app: { namespace } }: Subject) => ({ ...workload, namespace, name: 'agent-canary' });
const workload = { apiVersion: Deployment.apiVersion, kind: Deployment.kind };

async function isApplied(subject: Subject): Promise<boolean> {
  const canary = (await subject.app.lab.client.find(canaryOf(subject))) as KubernetesObject | undefined;
  return canary !== undefined && appliedByUs(canary) === undefined;
}

export async function stableImage({ app: { lab, namespace } }: Subject): Promise<string> {
  const stable = await lab.client.get({ ...workload, namespace, name: 'agent' });
  return imageOf(stable as KubernetesObject, container) ?? '';
}

export const plain = ({ log }: ActionResult): string => log.replace(/^::debug::.*\n/gm, '');
