import { manifestOf } from '../../kubernetes/manifest.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { yamlText } from '../../kubernetes/yaml.ts';
import type { Problem } from '../../rollout/problem.ts';
import type { Application } from '../router.ts';
import { type NamedRule, rulesOf } from '../rules/form.ts';
import { destinationsFor, form, weightOf } from './form.ts';
import { hostsOf, isHalfName, sameHost } from './host.ts';
import { destinationsOf, type HttpRule, type RouteDestination, specOf } from './shape.ts';

/** What has destinations: a rule for requests, or one for connections. */
type Sending = Pick<HttpRule, 'route'>;

/** The destinations of the service without a subset that get something: by subsets they are the pods of both sides. */
export function mixedIn(rule: Sending, app: Application): readonly RouteDestination[] {
  const { subsets, namespace } = app;
  if (subsets === undefined) return [];
  const { stable } = hostsOf(app);
  return destinationsOf(rule).filter(
    (each, _, all) =>
      each.destination.subset === undefined &&
      !isHalfName(each.destination.host) &&
      sameHost(each.destination.host, stable, namespace) &&
      weightOf(each, all) > 0,
  );
}

/** Rules that reach the pods of both sides whatever the weights are. */
export function withoutSubset(route: KubernetesObject, rules: readonly NamedRule<HttpRule>[], app: Application): readonly Problem[] {
  const texts = [
    ...rules.filter(({ rule }) => mixedIn(rule, app).length > 0).map(({ text }) => text),
    ...(['tcp', 'tls'] as const).flatMap((protocol) =>
      (specOf(route)[protocol] ?? []).flatMap((rule, index) => (mixedIn(rule, app).length > 0 ? [`${protocol} rule ${index + 1}`] : [])),
    ),
  ];
  if (texts.length === 0) return [];
  return [
    {
      what: `Host \`${hostsOf(app).stable}\` is named without a subset, so requests reach the canary's pods at weight 0: ${texts.join('; ')}.`,
      remedy: 'Name the subset of stable there. The route then reads:',
      yaml: yamlText(manifestOf(toStable(route, app))),
    },
  ];
}

/** The route whose destinations without a subset go to stable. A rule keeps one destination of stable, with the weights of all. */
export function toStable(route: KubernetesObject, app: Application): KubernetesObject {
  const { tcp, tls } = specOf(route);
  const told = <Rule extends Sending>(list: readonly Rule[]): readonly Rule[] => list.map((rule) => ruleToStable(rule, app));
  return {
    ...route,
    spec: {
      ...specOf(route),
      ...(rulesOf(form, route).length === 0 ? {} : { http: told(rulesOf(form, route)) }),
      ...(tcp === undefined ? {} : { tcp: told(tcp) }),
      ...(tls === undefined ? {} : { tls: told(tls) }),
    },
  };
}

function ruleToStable<Rule extends Sending>(rule: Rule, app: Application): Rule {
  const mixed = mixedIn(rule, app);
  const [into] = [...destinationsFor(rule, app, 'stable'), ...mixed];
  if (mixed.length === 0 || into === undefined || app.subsets === undefined) return rule;
  const { stable: subset } = app.subsets;
  const others = mixed.filter((each) => each !== into);
  const weight = [into, ...others].reduce((sum, each) => sum + (each.weight ?? 0), 0);
  const merged = { ...into, destination: { ...into.destination, subset }, ...(others.length === 0 ? {} : { weight }) };
  return {
    ...rule,
    route: destinationsOf(rule).flatMap((each) => (each === into ? [merged] : others.includes(each) ? [] : [each])),
  };
}
