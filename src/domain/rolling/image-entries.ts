import type { KubernetesObject } from '../kubernetes/object.ts';
import { containersOf, templateOf } from '../kubernetes/pod-template.ts';
import type { Problem } from '../rollout/problem.ts';
import { type ImageRef, parseImage } from '../units/image.ts';
import { parseLabel } from '../units/name.ts';
import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { shown } from '../units/shown.ts';
import { isSame, parseWorkload, type WorkloadRef, workloadName, workloadWord } from './workload-ref.ts';

/** Which container gets which image: the one of that name, wherever it is, or in one workload. */
export interface ImageEntry {
  readonly container: string;
  readonly workload: WorkloadRef | undefined;
  readonly image: ImageRef;
}

const remedy =
  'Write one `container: registry/name@sha256:…` a line; where two workloads have a container of that name, `deployment/name/container: …`.';

export function parseImageEntries(value: unknown): Parsed<readonly ImageEntry[]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length === 0)
    return refused('is not a list of containers with their images', remedy);
  const entries: ImageEntry[] = [];
  for (const [key, text] of Object.entries(value)) {
    const entry = parseEntry(key, text);
    if (!entry.ok) return entry;
    entries.push(entry.value);
  }
  return parsed(entries);
}

function parseEntry(key: string, text: unknown): Parsed<ImageEntry> {
  const of = `has for \`${shown(key, 120)}\``;
  const parts = key.split('/');
  const container = parseLabel(parts.at(-1) ?? '');
  if (!container.ok) return refused(`${of} a container name that ${container.problem}`, remedy);
  if (parts.length !== 1 && parts.length !== 3) return refused(`${of} neither a container nor kind/name/container`, remedy);
  const workload = parts.length === 3 ? parseWorkload(parts.slice(0, 2).join('/')) : undefined;
  if (workload !== undefined && !workload.ok) return workload;
  const image = typeof text === 'string' ? parseImage(text) : undefined;
  if (image === undefined) return refused(`${of} no image`, remedy);
  if (!image.ok) return refused(`${of} \`${shown(String(text), 120)}\`, which ${image.problem}`, image.remedy);
  return parsed({ container: container.value, workload: workload?.value, image: image.value });
}

/** A workload with its pod template, as it is or as a manifest wants it. */
export interface Templated {
  readonly ref: WorkloadRef;
  readonly object: KubernetesObject;
}

export interface Assignment {
  readonly ref: WorkloadRef;
  readonly container: string;
  readonly entry: ImageEntry;
}

/** Each entry is for exactly one container, and no container has two. Whatever is not so is a problem: nothing is passed over. */
export function assignImages(
  entries: readonly ImageEntry[],
  workloads: readonly Templated[],
): { readonly assignments: readonly Assignment[]; readonly problems: readonly Problem[] } {
  const found = entries.map((entry) => ({ entry, matches: matchesOf(entry, workloads) }));
  const assignments = found.flatMap(({ entry, matches: [match, ...others] }) =>
    match === undefined || others.length > 0 ? [] : [{ ref: match.ref, container: entry.container, entry }],
  );
  const twice = assignments.filter((one, index) =>
    assignments.slice(0, index).some((other) => isSame(one.ref, other.ref) && one.container === other.container),
  );
  return {
    assignments,
    problems: [
      ...found.filter(({ matches }) => matches.length === 0).map(({ entry }) => unmatched(entry, workloads)),
      ...found.filter(({ matches }) => matches.length > 1).map(({ entry, matches }) => ambiguous(entry, matches)),
      ...twice.map(({ ref, container }) => ({
        what: `\`images\` has two entries for container \`${container}\` of ${workloadName(ref)}.`,
        remedy: 'Keep one of them.',
      })),
    ],
  };
}

const matchesOf = ({ container, workload }: ImageEntry, workloads: readonly Templated[]): readonly Templated[] =>
  workloads.filter(
    ({ ref, object }) =>
      (workload === undefined || isSame(workload, ref)) && containersOf(templateOf(object)).some(({ name }) => name === container),
  );

const entryKey = ({ container, workload }: ImageEntry): string =>
  workload === undefined ? container : `${workloadWord(workload)}/${container}`;

function unmatched(entry: ImageEntry, workloads: readonly Templated[]): Problem {
  const there = workloads.map(
    ({ ref, object }) =>
      `${workloadName(ref)} has ${containersOf(templateOf(object))
        .map(({ name }) => `\`${shown(name, 63)}\``)
        .join(', ')}`,
  );
  return {
    what: `\`images\` names \`${entryKey(entry)}\`, and no container is called so: ${there.join('; ') || 'there is no workload'}.`,
    remedy: 'Correct the name of the container, or add its workload to `workloads`.',
  };
}

const ambiguous = (entry: ImageEntry, matches: readonly Templated[]): Problem => ({
  what: `\`images\` names \`${entryKey(entry)}\`, and ${matches.length} containers are called so: in ${matches.map(({ ref }) => workloadName(ref)).join(', ')}.`,
  remedy: `Write one entry for each: ${matches.map(({ ref }) => `\`${workloadWord(ref)}/${entry.container}\``).join(', ')}.`,
});
