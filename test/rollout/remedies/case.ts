import type { Inputs } from '../rollouts.ts';
import { type Place, patience, type Way, type World } from './world.ts';

/** What a person reads of a refusal or of a warning. */
export interface Told {
  readonly what: string;
  readonly remedy: string;
  /** As it stands below the remedy; empty where there is none. */
  readonly yaml: string;
}

/** What a person does who reads it. What they change among the inputs is the answer; an empty text leaves one out. */
// biome-ignore lint/suspicious/noConfusingVoidType: most changes are made in the cluster, and answer nothing.
export type Mend = (place: Place, told: readonly Told[]) => Promise<Inputs | void> | Inputs | void;

export type Words = string | RegExp;

export interface Step {
  /** Everything that is told, word for word; a pattern where the words hold what is different in each run. */
  readonly says: Words | readonly Words[];
  /** A warning leaves the run go on. */
  readonly as: 'refusal' | 'warning';
  /** `undefined`: the remedy says that nothing is to be done, or what to look at; it is told again. */
  readonly mend?: Mend;
}

/** A world that is not sound, what the preflight says of it, and what makes it pass. */
export interface Case {
  /** Also the namespace. */
  readonly name: string;
  readonly way?: Way;
  readonly action?: 'canary' | 'promote';
  /** Changes to the sound world before it is applied. */
  readonly change?: (world: World) => void;
  /** What is done once its pods run. */
  readonly settle?: (place: Place) => Promise<unknown>;
  readonly inputs?: Inputs | ((place: Place) => Inputs | Promise<Inputs>);
  /** One after the other: the next problem shows when the one before is mended. After the last the preflight passes without a word. */
  readonly steps: readonly Step[];
  /** What is told all along and is not this case's concern. */
  readonly beside?: readonly RegExp[];
}

/** Applies the YAML of the message, as it stands. */
export const apply: Mend = async (place, told) => {
  for (const { yaml } of told) await place.apply(yaml);
};

/** As an administrator does who grants nothing in all namespaces: a Role holds what is only looked at, too. */
export const applyInNamespaces: Mend = async (place, told) => {
  for (const { yaml } of told) {
    const kept = yaml.split(/^---$/m).filter((each) => !/^kind: Cluster/m.test(each));
    await place.apply(kept.join('---'));
  }
};

export const refused = (says: Step['says'], mend: Mend): readonly Step[] => [{ says, as: 'refusal', mend }];
export const warned = (says: Step['says'], mend?: Mend): readonly Step[] => [
  { says, as: 'warning', ...(mend === undefined ? {} : { mend }) },
];

/** The command that a remedy names, carried out: `kubectl delete deployment NAME --namespace NAMESPACE [--cascade=orphan]`. */
export async function runCommand(place: Place, remedy: string): Promise<void> {
  const [, kind = '', name = '', namespace, orphan] =
    /kubectl delete (\S+) (\S+) --namespace ([a-z0-9-]+)(?: --cascade=(orphan))?/.exec(remedy) ?? [];
  const known = ['Deployment', 'HorizontalPodAutoscaler'].find((each) => each.toLowerCase() === kind);
  if (known === undefined || namespace !== place.namespace) throw new Error(`No command for ${place.namespace} in: ${remedy}`);
  const object = place.name(`${known}/${name}`);
  const { client } = place.lab;
  await client.objects.send('DELETE', await client.objects.path(object), {
    propagationPolicy: orphan === undefined ? 'Background' : 'Orphan',
  });
  await client.waitFor(`the end of ${name}`, async () => (await client.find(object)) === undefined, patience);
}
