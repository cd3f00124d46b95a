import { manifestOf } from '../../kubernetes/manifest.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { yamlText } from '../../kubernetes/yaml.ts';
import type { Findings, Problem } from '../../rollout/problem.ts';
import type { Application } from '../router.ts';
import { rulesOf } from '../rules/form.ts';
import { audienceOf } from './audience.ts';
import { form } from './form.ts';
import { covers, hostsOf } from './host.ts';
import { matchesOf } from './match.ts';
import { gatewaysOf, reach } from './reach.ts';
import { type HttpRule, specOf } from './shape.ts';

export const problem = (found: Problem): Findings => ({ problems: [found], warnings: [] });
export const warning = (found: Problem): Findings => ({ problems: [], warnings: [found] });

/** Callers inside the mesh that name the Service, and to whom the rules say nothing. */
export function callersBesides(route: KubernetesObject, app: Application): readonly Findings[] {
  const { hosts, mesh } = reach(route);
  const own = hostsOf(app).stable;
  const named = hosts.some((host) => covers(host, own, app.namespace));
  const ruled = rulesOf(form, route).length === 0 || rulesOf(form, route).some(isForMesh);
  if (mesh && named && ruled) return [];
  const why = !named
    ? `spec.hosts does not contain \`${own}\``
    : mesh
      ? 'every http rule is for a gateway alone'
      : 'spec.gateways does not contain `mesh`';
  const spec = specOf(route);
  const mended = {
    ...spec,
    hosts: named ? hosts : [...hosts, own],
    ...(mesh ? {} : { gateways: [...(spec.gateways ?? []), 'mesh'] }),
  };
  const base =
    mesh && named
      ? { remedy: 'Give them a rule with the same split: one without `gateways` in its matches, or with `mesh` among them.' }
      : hosts.includes('*')
        ? {
            remedy: `Name the hosts of the gateway in the place of \`*\`, which Istio does not take for the mesh. Then add \`${own}\` to spec.hosts and \`mesh\` to spec.gateways.`,
          }
        : { remedy: 'Take them in:', yaml: yamlText(manifestOf(route, { spec: mended })) };
  return app.subsets === undefined
    ? [warning({ what: `Calls inside the mesh to \`${own}\` are not split, they all go to stable: ${why}.`, ...base })]
    : [problem({ what: `Calls inside the mesh to \`${own}\` would reach the canary's pods at weight 0: ${why}.`, ...base })];
}

/** Whether a rule takes requests of callers inside the mesh: the gateways of a match stand in the place of those of the route. */
const isForMesh = (rule: HttpRule): boolean =>
  matchesOf(rule).some(({ gateways = [] }) => gateways.length === 0 || gateways.includes('mesh'));

/** Whom `exportTo` hides the rules from. Where the pods of a gateway run is not known: mostly beside it. */
export function unseenBy(route: KubernetesObject, app: Application): readonly Findings[] {
  const audience = audienceOf(route);
  if (audience === 'all') return [];
  const who = [
    ...(app.subsets !== undefined && reach(route).mesh ? ['callers of other namespaces'] : []),
    ...gatewaysOf(route).flatMap((name) => (audience.includes(name.replace(/\/.*$/, '')) ? [] : [`gateway \`${name}\``])),
  ];
  if (who.length === 0) return [];
  const seen = audience.length === 0 ? 'nobody' : `namespace ${audience.join(', ')} alone`;
  return [
    warning({
      what: `spec.exportTo shows the rules to ${seen}: requests of ${who.join(' and ')} do not follow the weights${
        app.subsets === undefined ? '' : ", and may reach the canary's pods at weight 0"
      }.`,
      remedy: 'Nothing, if there are no such requests. Otherwise add the namespace that they come from to spec.exportTo.',
    }),
  ];
}
