import type { AuditEntry } from '../test/lab/audit.ts';
import type { WeightWrite } from './route-writes.ts';

/** The calls of one run, by what they were for. Watches stay open and are not counted; `other` is what lies outside. */
export interface CallPhases {
  /** Up to the first write. */
  readonly preflight: number;
  /** One for each weight above 0. */
  readonly stageChanges: readonly { readonly weight: number; readonly calls: readonly string[] }[];
  /** One for each weight that was held: from its acceptance to its last check. */
  readonly held: readonly { readonly weight: number; readonly calls: number; readonly seconds: number }[];
}

/**
 * @param entries of one run, in the order in which the requests arrived
 * @param writes those of them that carry a weight
 */
export function callPhases(entries: readonly AuditEntry[], writes: readonly WeightWrite[]): CallPhases {
  const counted = entries.filter(({ verb }) => verb !== 'watch');
  const firstWrite = counted.findIndex(
    ({ verb, resource }) => verb !== 'get' && verb !== 'list' && resource !== 'selfsubjectaccessreviews',
  );
  const raises = writes.filter(({ weight }) => weight > 0);
  const spans = raises.map(({ weight, entry }, index) => {
    const end = counted.indexOf(entry);
    return { weight, begin: index === 0 ? firstChangeBegin(counted, end) : changeBegin(counted, end), end };
  });
  const stageChanges = spans.map(({ weight, begin, end }) => ({ weight, calls: counted.slice(begin, end + 1).map(shown) }));
  const held = spans.slice(0, -1).map(({ weight, end }, index) => {
    const next = spans[index + 1]?.begin ?? counted.length;
    const [from, to] = [counted[end]?.completed, counted[next - 1]?.completed];
    return { weight, calls: next - end - 1, seconds: from === undefined || to === undefined ? 0 : (to.getTime() - from.getTime()) / 1000 };
  });
  return { preflight: firstWrite, stageChanges, held };
}

/** What makes the canary is no part of the change: the first one begins when its Deployment is there. */
const firstChangeBegin = (counted: readonly AuditEntry[], end: number): number =>
  counted.findLastIndex(({ verb, resource }, index) => index < end && verb === 'patch' && resource === 'deployments') + 1;

/**
 * A change begins after the last check before it, and has every call since: of pods that are made or waited for, and of the look at the
 * route that is written then. A check lists the canary's pods and reads the route at the same time: of the two the later one ends it.
 */
function changeBegin(counted: readonly AuditEntry[], end: number): number {
  const list = counted.findLastIndex(({ verb, resource }, index) => index < end && verb === 'list' && resource === 'pods');
  const from = counted[list]?.at.getTime() ?? 0;
  const away = (index: number): number => Math.abs((counted[index]?.at.getTime() ?? 0) - from);
  const reads = counted.flatMap((entry, index) => (index < end && isRouteRead(entry) ? [index] : []));
  const read = reads.reduce((nearest, index) => (away(index) <= away(nearest) ? index : nearest), reads[0] ?? list);
  return Math.max(list, read) + 1;
}

const isRouteRead = ({ verb, resource }: AuditEntry): boolean => verb === 'get' && resource === 'httproutes';
const shown = ({ verb, resource, subresource }: AuditEntry): string =>
  `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
