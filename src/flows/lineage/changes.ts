import type { ChangeList } from '../../domain/evidence/change-list.ts';
import { shortCommit } from '../../domain/evidence/commit.ts';
import { type DeployedRecord, runningCommit } from '../../domain/evidence/deployed.ts';
import { count } from '../../domain/units/count.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { code, inert } from '../markdown.ts';
import type { Lineage } from './fields.ts';
import { commitOf } from './order.ts';

/** What a deployment changes against what runs. */
export interface Changes {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly list: ChangeList | undefined;
  /** Why there is no list. */
  readonly note: string | undefined;
}

/** @param running the images that run now: where the record is of others, the commit of what runs is not known. */
export async function changesOf(
  world: World,
  lineage: Lineage,
  deployed: DeployedRecord | undefined,
  running: readonly string[],
): Promise<Changes | undefined> {
  const { forge } = world;
  if (forge === undefined) return undefined;
  const [from, to] = [runningCommit(deployed, running), commitOf(world, lineage)];
  const without = (note: string): Changes => ({ from, to, list: undefined, note });
  if (to === undefined) return without('The commit of this run is not known.');
  if (from === undefined)
    return without(
      deployed === undefined
        ? 'No commit is on record for what runs here.'
        : 'What runs here is not what was last deployed by a run: its commit is not known.',
    );
  if (from === to) return { from, to, list: { commits: 0, pullRequests: [], direct: [], more: 0 }, note: undefined };
  try {
    return { from, to, list: await forge.changes(from, to), note: undefined };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return without(`Not listed: ${error.what} → ${error.remedy}`);
  }
}

/** As lines of a log. */
export function changeLines(changes: Changes | undefined): readonly string[] {
  if (changes === undefined) return [];
  const { from, to, list, note } = changes;
  const range = `${from === undefined ? 'not known' : shortCommit(from)} → ${to === undefined ? 'not known' : shortCommit(to)}`;
  return [
    `changes  ${range}${list === undefined ? '' : `, ${countText(list)}`}`,
    ...(note === undefined ? [] : [`  ${note}`]),
    ...(list?.pullRequests ?? []).map(({ number, title, author }) => `  #${number} ${title}${by(author)}`),
    ...(list?.direct ?? []).map(({ commit, title, author }) => `  ${shortCommit(commit)} ${title}${by(author)}`),
    ...(list === undefined || list.more === 0 ? [] : [`  and ${list.more} commits before these`]),
  ];
}

/** As Markdown. Before and after: images, by digest. */
export function changeSection(changes: Changes | undefined): readonly string[] {
  if (changes === undefined) return [];
  const { from, to, list, note } = changes;
  const range = `${from === undefined ? 'not known' : code(shortCommit(from))} → ${to === undefined ? 'not known' : code(shortCommit(to))}`;
  return [
    '### What this deployment changes',
    '',
    `Against what runs: commit ${range}${list === undefined ? '' : `, ${countText(list)}`}.${note === undefined ? '' : ` ${inert(note)}`}`,
    '',
    ...(list?.pullRequests ?? []).map(({ number, title, author }) => `- &#35;${number} ${inert(title)}${inert(by(author))}`),
    ...(list?.direct ?? []).map(({ commit, title, author }) => `- ${code(shortCommit(commit))} ${inert(title)}${inert(by(author))}`),
    ...(list === undefined || list.more === 0 ? [] : [`- and ${list.more} commits before these`]),
    '',
  ];
}

const by = (author: string): string => (author === '' ? '' : ` (${author})`);

const countText = ({ commits, pullRequests }: ChangeList): string =>
  commits === 0 ? 'the same commit' : `${count(commits, 'commit')}, ${count(pullRequests.length, 'pull request')}`;
