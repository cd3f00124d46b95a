import { clusterNamed, type NamedCluster, parseClusters } from '../../domain/fleet/named-cluster.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import { Failure } from '../../failure.ts';
import type { FleetWorld } from '../../ports/worlds/fleet.ts';
import type { ClusterChoice, DeployPlan } from './plan.ts';
import { parseRelease, type ReleaseFile } from './release-file.ts';

const mostBytes = 2_000_000;

/** Throws FILE_UNREADABLE. */
export async function readRelease({ release }: DeployPlan, { files }: FleetWorld): Promise<ReleaseFile> {
  if (release.is === 'given') return release.file;
  const [document, ...further] = await files.documents(release.path, mostBytes);
  const read = parseRelease(further.length > 0 ? undefined : document);
  if (!read.ok) throw new Failure('FILE_UNREADABLE', `The release in \`${release.path}\` ${read.problem}.`, read.remedy);
  return read.value;
}

export interface Chosen {
  readonly clusters: readonly NamedCluster[];
  readonly problems: readonly Problem[];
}

/** The clusters that are meant. Throws FILE_UNREADABLE. */
export async function chosenClusters(
  { names, file }: ClusterChoice,
  environment: string | undefined,
  { files }: FleetWorld,
): Promise<Chosen> {
  const known = parseClusters(await files.documents(file, mostBytes));
  if (!known.ok) throw new Failure('FILE_UNREADABLE', `The file \`${file}\` ${known.problem}.`, known.remedy);
  if (names === 'all') {
    const clusters = known.value.filter((each) => each.environment === environment);
    const there = [...new Set(known.value.map((each) => `\`${each.environment}\``))].join(', ');
    const problem = { what: `No cluster of \`${file}\` is of the environment \`${environment}\`.`, remedy: `Write one of ${there}.` };
    return { clusters, problems: clusters.length === 0 ? [problem] : [] };
  }
  const found = names.map((name) => ({ name, result: clusterNamed(known.value, name) }));
  const clusters = found.flatMap(({ result }) => (result.ok ? [result.value] : []));
  const strangers = clusters.filter((each) => environment !== undefined && each.environment !== environment);
  return {
    clusters,
    problems: [
      ...found.flatMap(({ name, result }) =>
        result.ok ? [] : [{ what: `\`clusters\` names \`${name}\`, which ${result.problem} (\`${file}\`).`, remedy: result.remedy }],
      ),
      ...strangers.map((each) => ({
        what: `Cluster \`${each.name}\` is of the environment \`${each.environment}\`, and \`environment\` is \`${environment}\`.`,
        remedy: 'Leave it out, or release to its environment by itself.',
      })),
    ],
  };
}
