import { manifestOf } from '../../kubernetes/manifest.ts';
import type { Kind, KubernetesObject } from '../../kubernetes/object.ts';
import { yamlText } from '../../kubernetes/yaml.ts';
import type { Application, Sides } from '../router.ts';
import * as weights from '../weights/split.ts';
import { fittingFactor, type NamedLeg, type WeighedRule } from '../weights/third-backend.ts';

/** How a route is written whose one object holds a list of rules, and each rule its weights. Laid down once for each kind of route. */
export interface RuleForm<Rule> {
  readonly kind: Kind;
  /** The field of `spec` that holds the rules. */
  readonly field: string;
  /** The field of a rule that holds its destinations, each with its `weight`. */
  readonly destinations: string;
  /** What a rule calls that to which it sends. */
  readonly target: 'backend' | 'destination';
  /** The largest weight that the schema of the kind takes. */
  readonly largestWeight: number;
  /** What has to be known about weights that do not sum to 100. */
  readonly caveat?: string;
  /** What the two sides are called in the rules. */
  sides(app: Application): Sides;
  /** The ports by which a rule leads to the canary's own Service. */
  canaryPortsOf(rule: Rule, app: Application): readonly number[];
  legsOf(rule: Rule, app: Application): readonly NamedLeg[];
  /** The same rule with other weights, in the order of its legs. `undefined`: as it is written. */
  weighted(rule: Rule, weights: readonly (number | undefined)[]): Rule;
  /** `rule 2 (path /api)`, counted from 1 as a person counts. */
  text(rule: Rule, index: number): string;
  /** Whether only requests with certain headers come to a rule. */
  asksForHeaders(rule: Rule): boolean;
  /** Whether a copy of each request goes to the canary. */
  mirrorsToCanary(rule: Rule, app: Application): boolean;
}

export const specOf = (route: KubernetesObject): Readonly<Record<string, unknown>> =>
  (route['spec'] ?? {}) as Readonly<Record<string, unknown>>;

// The API server has checked the rules against the schema of their kind.
export const rulesOf = <Rule>({ field }: RuleForm<Rule>, route: KubernetesObject): readonly Rule[] =>
  (specOf(route)[field] ?? []) as readonly Rule[];

/** The same route with other rules. */
export const withRules = <Rule>({ field }: RuleForm<Rule>, route: KubernetesObject, rules: readonly Rule[]): KubernetesObject => ({
  ...route,
  spec: { ...specOf(route), [field]: rules },
});

/** The whole route with other rules, as a person applies it. */
export const yamlWith = <Rule>(form: RuleForm<Rule>, route: KubernetesObject, rules: readonly Rule[]): string =>
  yamlText(manifestOf(withRules(form, route, rules)));

/** A rule and what it is called to a person. */
export interface NamedRule<Rule> {
  readonly rule: Rule;
  readonly text: string;
}

/** A rule whose weights are ours to change: it has both sides. */
export const isSplit = <Rule>(form: RuleForm<Rule>, rule: Rule, app: Application): boolean => weights.isSplit(form.legsOf(rule, app));

/** The canary's share, in percent, of what a split rule sends to stable and the canary together. */
export const percentOf = <Rule>(form: RuleForm<Rule>, rule: Rule, app: Application): number => weights.percentOf(form.legsOf(rule, app));

/** The same rule with another split; any rule that is no split rule as it is. */
export function withPercent<Rule>(form: RuleForm<Rule>, rule: Rule, app: Application, percent: number): Rule {
  const legs = form.legsOf(rule, app);
  const wanted = weights.weightsFor(legs, percent);
  return weights.isSplit(legs)
    ? form.weighted(
        rule,
        legs.map(({ arm }, index) => (arm === 'other' ? undefined : wanted[index])),
      )
    : rule;
}

export const weighed = <Rule>(
  form: RuleForm<Rule>,
  route: KubernetesObject,
  { rule, text }: NamedRule<Rule>,
  app: Application,
): WeighedRule => ({
  text,
  ...form.sides(app),
  legs: form.legsOf(rule, app),
  largestWeight: form.largestWeight,
  multiplied: (factor) =>
    yamlWith(
      form,
      route,
      rulesOf(form, route).map((each) => (each === rule ? multiplied(form, rule, app, factor) : each)),
    ),
  ...(form.caveat === undefined ? {} : { caveat: form.caveat }),
});

/** The same shares on the smallest scale that can express all weights of the ladder; as it is where a weight would be too large. */
export function fittedTo<Rule>(form: RuleForm<Rule>, rule: Rule, app: Application, ladder: readonly number[]): Rule {
  const factor = fittingFactor({ legs: form.legsOf(rule, app), largestWeight: form.largestWeight }, ladder);
  return factor === undefined ? rule : multiplied(form, rule, app, factor);
}

const multiplied = <Rule>(form: RuleForm<Rule>, rule: Rule, app: Application, factor: number): Rule =>
  factor === 1
    ? rule
    : form.weighted(
        rule,
        form.legsOf(rule, app).map(({ weight }) => weight * factor),
      );
