import { layoutOf, layoutText, mixedWarning } from '../../domain/rollout/layout.ts';
import { ownershipFindings, rollingChanges } from '../../domain/rollout/ownership-findings.ts';
import type { Findings, Problem } from '../../domain/rollout/problem.ts';
import { templateDifferences } from '../../domain/rollout/template-differences.ts';
import { unfinishedCanary, unfinishedRolling, unreadableSwitch } from '../unfinished.ts';
import type { Nearer } from './look-nearer.ts';
import type { BlueGreenWish } from './plan.ts';
import {
  colourServices,
  otherImage,
  partsOf,
  paused,
  permissionsOf,
  readable,
  sameContainers,
  scaledOnlyBefore,
  separate,
  servesNobody,
} from './preflight-checks.ts';
import type { Sides } from './sides.ts';
import type { Survey } from './survey.ts';

/** All that the preflight has looked at. */
export interface Looked {
  readonly found: Survey;
  readonly sides: Sides;
  readonly nearer: Nearer;
}

/** Each one stops a deployment and a way back: there is no colour to lead to, or not the one that is wished. */
export const problemsOf = (plan: BlueGreenWish, { found, sides, nearer }: Looked): readonly Problem[] => {
  const { container, idle, before, from, to } = sides;
  return [
    ...nearer.metrics.problems,
    ...nearer.image.problems,
    ...(container.ok ? [] : [{ what: `\`container\` ${container.problem}.`, remedy: container.remedy }]),
    ...sameContainers(container, idle, before.image),
    ...otherImage(plan, idle.metadata.name, before.image),
    ...servicesOf(plan, found, sides, plan.operation === 'rollback' ? [to] : [from, to]),
  ];
};

/** Each one stops a deployment, and a way back only tells it. `us`: the holder that this run is. */
export function doubtsOf(plan: BlueGreenWish, { found, sides, nearer }: Looked, us: string): readonly Problem[] {
  const left = { service: plan.service, lease: found.lease, us };
  return [
    ...unfinishedCanary(left),
    ...unfinishedRolling(left),
    ...unreadableSwitch(left),
    ...(plan.operation === 'rollback' ? servicesOf(plan, found, sides, [sides.from]) : []),
    ...servesNobody(sides.serving),
    ...sides.inspection.problems,
    ...separate(sides.deployments),
    ...paused(sides.idle),
    ...nearer.room.problems,
    ...ownershipOf(plan, sides).problems,
  ];
}

/** Whatever is done, these are only told. */
export function warningsOf(plan: BlueGreenWish, { found, sides, nearer }: Looked, container: string): readonly Problem[] {
  const { serving, idle } = sides;
  const mixed = mixedWarning(partsOf(plan, found));
  return [
    ...permissionsOf(plan, found).warnings,
    ...nearer.image.warnings,
    ...sides.inspection.warnings,
    ...found.around.warnings,
    ...nearer.room.warnings,
    ...nearer.metrics.warnings,
    ...(mixed === undefined ? [] : [mixed]),
    ...ownershipOf(plan, sides).warnings,
    ...templateDifferences(serving, idle, container).map((what) => ({
      what,
      remedy: 'See whether that is meant: only image and size of a colour are changed.',
    })),
    ...scaledOnlyBefore(nearer.autoscalers, serving, idle),
  ];
}

/** What a switch changes and what it leaves alone. */
export const notesOf = (plan: BlueGreenWish, { found, sides: { inspection } }: Pick<Looked, 'found' | 'sides'>): readonly string[] => [
  `Layout: ${layoutText(layoutOf(partsOf(plan, found)))}, as blue-green needs it`,
  ...inspection.switches.map((each) => `switched: ${each}`),
  ...inspection.untouched.map((each) => `not touched: ${each}`),
];

const ownershipOf = (plan: BlueGreenWish, { serving, idle, route }: Sides): Findings =>
  ownershipFindings(plan.operation === 'rollback' ? 'accept' : plan.gitops, rollingChanges([serving, idle, route]));

/** Of a Service that may not be read the permissions tell. */
const servicesOf = (plan: BlueGreenWish, found: Survey, { pair }: Sides, asked: Parameters<typeof readable>[2]): readonly Problem[] =>
  plan.switcher.ownServices ? colourServices(pair, found.services, readable(found, plan.service, asked)) : [];
