import { type RunningAction, startAction } from '../actions/runner.ts';
import { type KilledRun, type KillMoment, killedAt } from '../faults/killed-at.ts';
import type { Load, LoadResult } from '../lab/load.ts';
import { type ExampleService, pushVersion } from '../rollout/example-service.ts';
import { liftHolds } from '../rollout/lift-holds.ts';
import { deployPair, type Inputs, quick, runSwitch, startSwitch } from './coloured-service.ts';

/** After which of its writes a switch between colours is killed, and what the next run brings. */
export interface Kill extends KillMoment {
  readonly next: 'same image' | 'other image';
}

/** After which of its writes a rollback is killed, and who comes next. */
export interface BackKill extends KillMoment {
  readonly next: 'rollback' | 'deploy';
}

export const killText = ({ write, heard, next }: Kill | BackKill): string =>
  `killed after write ${write}, answer ${heard ? 'heard' : 'not heard'}, then ${next}`;

export interface Subject {
  readonly app: ExampleService;
  readonly load: Load;
  /** Each goes to the next, and the last to the first. */
  readonly images: readonly string[];
}

export async function makeSubject(
  lab: ExampleService['lab'],
  namespace: string,
  startLoad: (app: ExampleService) => Load,
): Promise<Subject> {
  const app = await deployPair(lab, namespace);
  const versions = await Promise.all(['v1', 'v2', 'v3'].map((tag) => pushVersion(lab.registry, tag, {})));
  const [first] = versions;
  if (first === undefined || first.reference !== app.image) throw new Error(`Users have ${app.image}.`);
  return { app, load: startLoad(app), images: versions.map(({ pinned }) => pinned) };
}

/** Seconds in the place of minutes, and a Lease that a successor need not wait long for. */
const inputs = { ...quick, checks: '2', watch: '3s', drain: '1s', 'lease-duration': '5s', 'lock-timeout': '60s' };

/** Works by way of a proxy, and is killed at its moment. */
const run = ({ app }: Subject, wish: Inputs, kill?: KillMoment): Promise<KilledRun> =>
  killedAt(app.lab, (kubeconfig) => startAction({ action: 'blue-green', inputs: { ...app.inputs, ...inputs, kubeconfig, ...wish } }), kill);

interface Scene {
  /** Of the colour that has the users. */
  readonly image: string;
  readonly idlePods: number;
  readonly holder: string;
  /** Of the switch that is, or was last, under way. */
  readonly phase: string;
}

async function sceneOf({ app, images }: Subject): Promise<Scene> {
  const { lab, namespace } = app;
  const route = await lab.client.get({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', namespace, name: 'agent' });
  const live = route['spec'].rules[1].backendRefs[0].name as string;
  const deployment = async (name: string) => (await lab.client.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name }))['spec'];
  const [users, idle] = await Promise.all([deployment(live), deployment(live === 'agent-blue' ? 'agent-green' : 'agent-blue')]);
  const lease = await lab.client.find({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name: 'wf-deploy-agent' });
  const image = users.template.spec.containers[0].image as string;
  return {
    // As it was deployed first, it is named by its tag.
    image: image === app.image ? (images[0] ?? image) : image,
    idlePods: idle.replicas as number,
    holder: (lease?.['spec'].holderIdentity as string | undefined) ?? '',
    phase: phaseIn(lease?.metadata?.annotations),
  };
}

const phaseIn = (annotations: Readonly<Record<string, string>> | undefined): string =>
  (JSON.parse(annotations?.['wf-deploy.io/blue-green'] ?? '{}') as { readonly phase?: string }).phase ?? '';

const after = ({ images }: Subject, image: string): string => {
  const next = images[(images.indexOf(image) + 1) % images.length];
  if (next === undefined || !images.includes(image)) throw new Error(`Users have ${image}.`);
  return next;
};

/** What a switch writes that nobody disturbs. */
export async function undisturbed(subject: Subject): Promise<readonly string[]> {
  const { result, writes } = await run(subject, { image: after(subject, (await sceneOf(subject)).image) });
  if (result.outputs['outcome'] !== 'promoted') throw new Error(`It was disturbed:\n${result.log}`);
  return writes;
}

const failedIn = ({ failed, non2xx }: LoadResult): number => failed + non2xx;

/** Runs a cell on a subject at rest, and leaves it so. Answers with what is wrong. */
export async function runKill(subject: Subject, kill: Kill): Promise<readonly string[]> {
  const failedBefore = failedIn(subject.load.figures());
  const before = (await sceneOf(subject)).image;
  const image = after(subject, before);
  const first = await run(subject, { image }, kill);
  if (first.result.signal !== 'SIGKILL') return [`it was not killed: ${first.writes.join(', ')}\n${first.result.log.slice(-2000)}`];
  const between = (await sceneOf(subject)).image;
  const wanted = kill.next === 'same image' ? image : after(subject, image);
  const second = await runSwitch(subject.app, { ...inputs, image: wanted });
  const now = await sceneOf(subject);
  const failed = failedIn(subject.load.figures()) - failedBefore;
  return [
    ...([before, image].includes(between) ? [] : [`the dead run left users on ${between}`]),
    ...(second.outputs['outcome'] === 'promoted'
      ? []
      : [`the second run ended as ${second.outputs['outcome']}:\n${second.log.slice(-3000)}`]),
    ...(now.image === wanted ? [] : [`users have ${now.image} and not ${wanted}`]),
    ...(now.idlePods === 0 ? [] : [`the idle colour has ${now.idlePods} pods`]),
    ...(now.holder === '' ? [] : [`the Lease is held by ${now.holder}`]),
    ...(failed === 0 ? [] : [`${failed} requests failed: ${JSON.stringify(subject.load.figures())}`]),
  ];
}

const rollback: Inputs = { operation: 'rollback', reason: 'It fails' };

/** Users have an image that they are to be saved from, and the other colour the one before. */
async function deployed(subject: Subject): Promise<{ readonly bad: string; readonly good: string }> {
  const good = (await sceneOf(subject)).image;
  await liftHolds(subject.app.lab.client, subject.app.namespace);
  const bad = after(subject, good);
  const { outputs, log } = await runSwitch(subject.app, { ...inputs, image: bad });
  if (outputs['outcome'] !== 'promoted') throw new Error(`It was not deployed:\n${log}`);
  return { bad, good };
}

/** What a rollback writes that nobody disturbs. */
export async function undisturbedBack(subject: Subject): Promise<readonly string[]> {
  await deployed(subject);
  const { result, writes } = await run(subject, rollback);
  if (result.outputs['outcome'] !== 'rolled-back') throw new Error(`It was disturbed:\n${result.log}`);
  return writes;
}

/** Whoever comes next finishes it: users have what they had before, and only what they were saved from is held. */
export async function runBackKill(subject: Subject, kill: BackKill): Promise<readonly string[]> {
  const failedBefore = failedIn(subject.load.figures());
  return await backKill(subject, kill, { ...(await deployed(subject)), failedBefore });
}

/** What a rollback writes over a deployment that is still watched. */
export async function undisturbedOver(subject: Subject): Promise<readonly string[]> {
  const { living } = await watched(subject);
  const { result, writes } = await run(subject, rollback);
  if (result.outputs['outcome'] !== 'rolled-back') throw new Error(`It was disturbed:\n${result.log}`);
  await stopped(living);
  return writes;
}

/** As above, while the run that brought it is alive and watches. That one finds its Lease taken, and stops. */
export async function runOverKill(subject: Subject, kill: BackKill): Promise<readonly string[]> {
  const failedBefore = failedIn(subject.load.figures());
  const { living, ...versions } = await watched(subject);
  return [...(await backKill(subject, kill, { ...versions, failedBefore })), ...(await stopped(living))];
}

/** A deployment has moved users to an image, and watches it for longer than anything here lasts. */
async function watched(subject: Subject): Promise<{ readonly bad: string; readonly good: string; readonly living: RunningAction }> {
  const { app } = subject;
  const good = (await sceneOf(subject)).image;
  await liftHolds(app.lab.client, app.namespace);
  const bad = after(subject, good);
  const living = startSwitch(app, { ...inputs, image: bad, watch: '1h' });
  await app.lab.client.waitFor(`${bad} to be watched`, async () => {
    const { image, phase } = await sceneOf(subject);
    return image === bad && phase === 'watching';
  });
  return { bad, good, living };
}

async function stopped(living: RunningAction): Promise<readonly string[]> {
  const { outputs, log } = await living.result;
  return outputs['outcome'] === 'unknown' ? [] : [`the deployment ended as ${outputs['outcome']}:\n${log.slice(-3000)}`];
}

interface Versions {
  readonly bad: string;
  readonly good: string;
  readonly failedBefore: number;
}

async function backKill(subject: Subject, kill: BackKill, { bad, good, failedBefore }: Versions): Promise<readonly string[]> {
  const first = await run(subject, rollback, kill);
  if (first.result.signal !== 'SIGKILL') return [`it was not killed: ${first.writes.join(', ')}\n${first.result.log.slice(-2000)}`];
  const between = await sceneOf(subject);
  const wish = kill.next === 'rollback' ? rollback : { image: bad };
  const second = await runSwitch(subject.app, { ...inputs, ...wish });
  // The very first write only takes the Lease: whether it was a rollback is not known to others, and a deployment finds its image there.
  const begun = kill.write > 1 || kill.next === 'rollback';
  const now = await sceneOf(subject);
  const failed = failedIn(subject.load.figures()) - failedBefore;
  const ended = second.outputs['outcome'];
  // Its last write gives the Lease away: then everything was done.
  const isDone = between.phase === 'resting' && between.image === good;
  const expected = kill.next === 'rollback' ? (isDone ? 'nothing-to-do' : 'rolled-back') : begun ? 'not-started' : 'promoted';
  return [
    ...(ended === expected ? [] : [`the second run ended as ${ended}:\n${second.log.slice(-3000)}`]),
    ...(now.image === (begun ? good : bad) ? [] : [`users have ${now.image}`]),
    ...(now.idlePods === 0 ? [] : [`the idle colour has ${now.idlePods} pods`]),
    ...(now.holder === '' ? [] : [`the Lease is held by ${now.holder}`]),
    ...(failed === 0 ? [] : [`${failed} requests failed: ${JSON.stringify(subject.load.figures())}`]),
  ];
}
