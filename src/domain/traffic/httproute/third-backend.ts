import { yamlText } from '../../kubernetes/yaml.ts';
import type { Problem } from '../../rollout/problem.ts';
import type { Application } from '../router.ts';
import type { Rule } from './shape.ts';
import { backendsOf, canaryWeight, scaleOf, weightOf, weightSum } from './split.ts';

/** Percentage points by which a weight may miss what was ordered. */
const tolerance = 0.5;
/** The largest weight that the Gateway API takes. */
const largestWeight = 1_000_000;

export function thirdBackendWarnings(rule: Rule, text: string, app: Application): readonly Problem[] {
  const { other } = backendsOf(rule, app);
  const share = weightSum(other);
  if (share === 0) return [];
  const total = share + scaleOf(rule, app);
  return [
    {
      what: `${text} also sends ${share} of ${total} to ${other.map(({ namespace, name }) => `\`${namespace === undefined ? name : `${namespace}/${name}`}\``).join(', ')}: these weights stay, and the canary's percentages are shares of the other ${total - share} of ${total}.`,
      remedy: 'Nothing, if that is what is meant.',
    },
  ];
}

/** The weights of the ladder that the rule's own scale cannot express. A scale of 100 can express all of them. */
export function scaleProblems(rule: Rule, text: string, app: Application, weights: readonly number[]): readonly Problem[] {
  const scale = scaleOf(rule, app);
  if (scale === 0) {
    return [
      {
        what: `${text} gives \`${app.service}\` and \`${app.canaryService}\` weight 0 beside a backend that has all the traffic: there is nothing to split.`,
        remedy: `Give \`${app.service}\` a weight in the rule.`,
      },
    ];
  }
  const misfits = weights.filter((percent) => !fits(scale, percent));
  if (misfits.length === 0) return [];
  const what = `${text} has ${scale} parts for \`${app.service}\` and \`${app.canaryService}\` beside a third backend, so ${misfits.map((percent) => misfitText(scale, percent)).join(' and ')}.`;
  const fitted = fittedTo(rule, app, weights);
  return fitted === undefined
    ? [{ what, remedy: `Choose weights for the rule so that these two have 100 parts or more between them, none above ${largestWeight}.` }]
    : [{ what, remedy: 'Multiply all weights of the rule like this, which changes no share:', yaml: yamlText([fitted]) }];
}

/** The same shares on the smallest scale that can express all weights of the ladder. `undefined` when a weight would be too large. */
export function fittedTo(rule: Rule, app: Application, weights: readonly number[]): Rule | undefined {
  const scale = scaleOf(rule, app);
  const factor = factors.find((times) => weights.every((percent) => fits(scale * times, percent)));
  const refs = rule.backendRefs ?? [];
  if (factor === undefined || refs.some((ref) => weightOf(ref) * factor > largestWeight)) return undefined;
  return factor === 1 ? rule : { ...rule, backendRefs: refs.map((ref) => ({ ...ref, weight: weightOf(ref) * factor })) };
}

const factors = Array.from({ length: 100 }, (_, index) => index + 1);

function fits(scale: number, percent: number): boolean {
  if (percent <= 0 || percent >= 100) return true;
  const weight = canaryWeight(scale, percent);
  return weight > 0 && weight < scale && Math.abs((100 * weight) / scale - percent) <= tolerance;
}

const misfitText = (scale: number, percent: number): string =>
  `${percent} % would be ${canaryWeight(scale, percent)} of them, which is ${Math.round((1000 * canaryWeight(scale, percent)) / scale) / 10} %`;
