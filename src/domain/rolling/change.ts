import { differences } from '../kubernetes/difference.ts';
import { annotated } from '../kubernetes/manifest.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { changedTemplate, templateOf, withTemplate } from '../kubernetes/pod-template.ts';
import { changeCauseKey } from '../kubernetes/revision.ts';
import { configChecksum, configChecksumKey } from './config-references.ts';
import { type Pace, paced } from './pace.ts';
import type { WorkloadRef } from './workload-ref.ts';

/** On a workload, and by its controller on each of its revisions: who rolled it out. */
export const runKey = 'wf-deploy.io/run';
export const actorKey = 'wf-deploy.io/actor';

/** Why a revision is there, for its history. */
export interface Origin {
  readonly changeCause: string;
  readonly run: string | undefined;
  readonly actor: string | undefined;
}

/** What is wanted of a workload, whether its manifest is at hand or only the running object. */
export interface WorkloadWish {
  readonly ref: WorkloadRef;
  readonly images: Readonly<Record<string, string>>;
  readonly pace: Pace;
  /** Of the ConfigMaps and Secrets that are applied, by `Kind/name`. */
  readonly digests: ReadonlyMap<string, string>;
  readonly origin: Origin;
}

/** One object that a run writes. */
export type Change =
  | { readonly do: 'apply'; readonly ref: ObjectRef; readonly manifest: KubernetesObject; readonly workload?: WorkloadWish }
  | { readonly do: 'edit'; readonly ref: ObjectRef; readonly workload: WorkloadWish };

/** What is sent for a change, with the object as it is now. `renewed`: the pod template changes by it, so this run is where it comes from. */
export function wanted(change: Change, present: KubernetesObject | undefined, renewed: boolean): KubernetesObject {
  if (change.do === 'apply') {
    const { manifest, workload } = change;
    return workload === undefined ? manifest : marked(carried(wished(manifest, workload), present), present, workload.origin, renewed);
  }
  const edited = wished(present as KubernetesObject, change.workload);
  return renewed ? annotated(edited, notes(change.workload.origin)) : edited;
}

/** Whether pods of the second would not be those of the first. */
export const isRenewed = (before: KubernetesObject | undefined, after: KubernetesObject): boolean =>
  before === undefined || differences(templateOf(before), templateOf(after)).length > 0;

function wished(workload: KubernetesObject, { images, pace, digests }: WorkloadWish): KubernetesObject {
  const template = templateOf(workload);
  const checksum = configChecksum(template, digests);
  return paced(
    withTemplate(workload, changedTemplate(template, images, checksum === undefined ? {} : { [configChecksumKey]: checksum })),
    pace,
  );
}

/** What we own and a manifest does not say would be removed by applying it: the checksum of a configuration that is not among these manifests. */
function carried(workload: KubernetesObject, present: KubernetesObject | undefined): KubernetesObject {
  const template = templateOf(workload);
  const known = present === undefined ? undefined : templateOf(present).metadata?.annotations?.[configChecksumKey];
  if (known === undefined || template.metadata?.annotations?.[configChecksumKey] !== undefined) return workload;
  return withTemplate(workload, changedTemplate(template, {}, { [configChecksumKey]: known }));
}

/** The same holds for where the present template comes from, as long as it stays. */
function marked(workload: KubernetesObject, present: KubernetesObject | undefined, origin: Origin, renewed: boolean): KubernetesObject {
  if (renewed) return annotated(workload, notes(origin));
  const kept = Object.entries(present?.metadata.annotations ?? {}).filter(([name]) => [changeCauseKey, runKey, actorKey].includes(name));
  return kept.length === 0 ? workload : annotated(workload, Object.fromEntries(kept));
}

const notes = ({ changeCause, run, actor }: Origin): Readonly<Record<string, string>> => ({
  [changeCauseKey]: changeCause,
  ...(run === undefined ? {} : { [runKey]: run }),
  ...(actor === undefined ? {} : { [actorKey]: actor }),
});

/** What pods read before they start goes back before they do. */
const configuration = ['ConfigMap', 'Secret'];

/** In which order changes are taken back: the settings first, so that no pod of the old template reads new ones; then the last first. */
export function wayBackOf(changes: readonly { readonly ref: ObjectRef }[]): readonly number[] {
  const lastFirst = changes.map((_, index) => index).reverse();
  const isSetting = (index: number): boolean => configuration.includes(changes[index]?.ref.kind.kind ?? '');
  return [...lastFirst.filter(isSetting), ...lastFirst.filter((index) => !isSetting(index))];
}
