import { type KilledRun, type KillMoment, killedAt } from '../faults/killed-at.ts';
import { runLanes } from '../faults/lanes.ts';
import { allAt, leftBehind, release, releaseOf, running, type Shop, startRelease, type Version } from './shop.ts';

/** After which of its writes a release is killed, and what comes then. */
export interface Kill extends KillMoment {
  /** What the next run wants. */
  readonly next: 'same images' | 'other images';
}

const killText = ({ write, heard, next }: Kill): string =>
  `killed after write ${write}, answer ${heard ? 'heard' : 'not heard'}, then ${next}`;

const config = 'config.yaml';
const settings = (mode: string): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { MODE: mode } });

/** One after the other, so that the same write is the same moment in every run. */
const inputs = { 'services-at-once': '1', 'lock-timeout': '5m' } as const;

function wished(shop: Shop, at: Version) {
  const [first = '', ...others] = shop.services;
  const needs = Object.fromEntries(others.map((name) => [name, [first]]));
  // Without health: that is asked by a port-forward, and writes nothing.
  return { text: releaseOf(shop, { at, needs, health: false, more: { config: [config] } }), files: { [config]: settings(at) } };
}

/** Releases a version by way of a proxy, and is killed at its moment. */
function run(shop: Shop, at: Version, kill?: Kill): Promise<KilledRun> {
  const { text, files } = wished(shop, at);
  return killedAt(shop.lab, (kubeconfig) => startRelease(shop, text, { ...inputs, kubeconfig }, { files }), kill);
}

const after: Readonly<Record<'one' | 'two' | 'three', 'one' | 'two' | 'three'>> = { one: 'two', two: 'three', three: 'one' };

async function present(shop: Shop): Promise<'one' | 'two' | 'three'> {
  const versions = [...new Set(Object.values(await running(shop)))];
  const [version] = versions;
  if (versions.length !== 1 || version === undefined || !(version in after)) throw new Error(`It runs ${versions.join(' and ')}.`);
  return version as keyof typeof after;
}

/** What a release writes that nobody disturbs. */
export async function undisturbed(shop: Shop): Promise<readonly string[]> {
  const { writes, result } = await run(shop, after[await present(shop)]);
  if (result.outputs['outcome'] !== 'promoted') throw new Error(`It was disturbed:\n${result.log}`);
  return writes;
}

/** Runs one cell on a shop whose services are all at one version, and leaves it so. Answers with what is wrong. */
async function runKill(shop: Shop, kill: Kill): Promise<readonly string[]> {
  const before = await present(shop);
  const first = await run(shop, after[before], kill);
  // A write whose answer came too late is written again. Where that made the undisturbed run longer, the last moments lie beyond the end.
  const isOver = first.writes.length < kill.write && first.result.outputs['outcome'] === 'promoted';
  if (first.result.signal !== 'SIGKILL' && !isOver)
    return [`it was not killed: ${first.writes.join(', ')}\n${first.result.log.slice(-2000)}`];
  const wanted = kill.next === 'same images' ? after[before] : after[after[before]];
  const { text, files } = wished(shop, wanted);
  const second = await release(shop, text, inputs, { files });
  const settingsNow = await shop.lab.client.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: shop.namespace, name: 'settings' });
  const now = await running(shop);
  return [
    ...(second.outputs['outcome'] === 'promoted'
      ? []
      : [`the second run ended as ${second.outputs['outcome']}:\n${second.log.slice(-3000)}`]),
    ...(JSON.stringify(now) === JSON.stringify(allAt(shop, wanted)) ? [] : [`it runs ${JSON.stringify(now)} and not ${wanted}`]),
    ...(settingsNow['data'].MODE === wanted ? [] : [`the settings say ${settingsNow['data'].MODE} and not ${wanted}`]),
    ...(await leftBehind(shop)),
  ];
}

/** Runs cells, and answers with those that went wrong. */
export const runKills = (shops: readonly Shop[], kills: readonly Kill[]): Promise<readonly string[]> =>
  runLanes({ name: 'kills of a release', text: killText, run: runKill }, shops, kills);
