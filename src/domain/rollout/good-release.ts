import { imagesOf } from '../kubernetes/pod-template.ts';
import type { PodTemplate } from '../kubernetes/workload.ts';
import { settingsOf } from '../manifests/references.ts';
import { instantOf } from '../units/instant.ts';
import { jsonOf } from '../units/json.ts';
import { recordOf } from '../units/record.ts';

/** What a workload ran when a run of this product had ended well: what a way back can lead to. Holds no secret. */
export interface GoodRelease {
  /** `Deployment/agent`. */
  readonly workload: string;
  /** By container. */
  readonly images: Readonly<Record<string, string>>;
  /** `ConfigMap/name` and `Secret/name`: what its pods read their settings from. */
  readonly configs: readonly string[];
  /** Page or name of the run. */
  readonly run: string;
  readonly who: string | undefined;
  readonly commit: string | undefined;
  /** ISO 8601. */
  readonly at: string;
}

export const historyKey = 'wf-deploy.io/history';
/** Of all workloads of the service together. */
export const mostReleases = 20;
const mostNames = 20;

/** Newest first. What cannot be read is not there: a way back that nobody knows is only not offered. */
export function readReleases(text: string | undefined): readonly GoodRelease[] {
  const value = text === undefined ? undefined : jsonOf(text);
  return Array.isArray(value) ? value.slice(0, mostReleases).flatMap(readRelease) : [];
}

function readRelease(entry: unknown): readonly GoodRelease[] {
  const fields = recordOf(entry);
  const images = textsIn(recordOf(fields?.['images']));
  const { workload, run, at, who, commit, configs } = fields ?? {};
  if (typeof workload !== 'string' || typeof run !== 'string' || typeof at !== 'string' || instantOf(at) === undefined) return [];
  if (images === undefined || Object.keys(images).length === 0) return [];
  const names = Array.isArray(configs) ? configs.filter((each: unknown) => typeof each === 'string') : [];
  return [{ workload, images, configs: names, run, who: textOf(who), commit: textOf(commit), at }];
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function textsIn(fields: Readonly<Record<string, unknown>> | undefined): Readonly<Record<string, string>> | undefined {
  const entries = Object.entries(fields ?? {});
  return entries.every((entry): entry is [string, string] => typeof entry[1] === 'string') ? Object.fromEntries(entries) : undefined;
}

/** What a template says of its release. */
export const releaseOf = (
  workload: string,
  template: PodTemplate,
  of: Pick<GoodRelease, 'run' | 'who' | 'commit' | 'at'>,
): GoodRelease => ({
  workload,
  images: imagesOf(template),
  configs: configNames(template).slice(0, mostNames),
  ...of,
});

export const configNames = (template: PodTemplate): readonly string[] =>
  settingsOf(template)
    .map(({ kind, name }) => `${kind}/${name}`)
    .toSorted();

/** With further ones, newest first. The same release again takes the place of its older entry. */
export const withReleases = (known: readonly GoodRelease[], added: readonly GoodRelease[]): readonly GoodRelease[] =>
  [...added, ...known.filter((each) => !added.some((other) => isSameRelease(each, other)))].slice(0, mostReleases);

const isSameRelease = (one: GoodRelease, other: GoodRelease): boolean =>
  one.workload === other.workload && isSameImages(one.images, other.images) && one.configs.join() === other.configs.join();

export function isSameImages(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && one[name] === other[name]);
}
