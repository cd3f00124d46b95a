import { roundedPercent } from './split.ts';

/** How a split stands, rule by rule: that one of its rules was changed shows in no single weight. */
export interface RuleShares {
  /** The canary's share of each split rule, in percent, in the order of the rules. */
  readonly shares: readonly number[];
  /** How many rules beside them send requests to the canary without a header that asks for it: no weight takes these away. */
  readonly fixed: number;
}

/** No rule is split, and none leads to the canary. */
export const noShares: RuleShares = { shares: [], fixed: 0 };

/** The canary's share in percent, not always an integer: the highest over all split rules, 0 when there is none. */
export const highestShare = ({ shares }: RuleShares): number => Math.max(0, ...shares);

/**
 * What somebody changed, as words after "the route was changed:". `undefined`: nothing that leads users elsewhere. A further rule whose
 * share is within what was ordered is none, and neither is another order of the rules.
 */
export function sharesChange(ordered: RuleShares, now: RuleShares): string | undefined {
  const lost = lostSide(now, ordered);
  if (lost !== undefined) return lost;
  const [before, present] = [highestShare(ordered), highestShare(now)];
  const left = [...now.shares];
  const changed = ordered.shares.filter((share) => {
    const at = left.indexOf(share);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const [share] = changed;
  if (share === undefined && present <= before) return undefined;
  if (present !== before && (now.shares.length > 0 || ordered.shares.length === 0))
    return `the canary has ${roundedPercent(present)} % instead of ${roundedPercent(before)} %`;
  if (now.shares.length < ordered.shares.length)
    return `${now.shares.length} of ${ordered.shares.length} rules are split between stable and the canary`;
  return `in one rule the canary has ${roundedPercent(left[0] ?? 0)} % instead of ${roundedPercent(share ?? before)} %`;
}

/** Whether a rule lost its stable side since a rollout began: no weight says what the canary has then. */
export const lostSide = ({ fixed }: RuleShares, begun: { readonly fixed?: number } | undefined): string | undefined =>
  begun !== undefined && fixed > (begun.fixed ?? 0)
    ? 'a rule sends its requests to the canary, and has no stable side any more'
    : undefined;
