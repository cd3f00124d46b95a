import { Ingress } from '../../kubernetes/kinds.ts';
import { annotated, manifestOf } from '../../kubernetes/manifest.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { yamlText } from '../../kubernetes/yaml.ts';
import type { Problem } from '../../rollout/problem.ts';
import { allOf, stableServiceName } from '../around/objects.ts';
import { annotationOf, hostsOf as hostsOfIngress, mayBeNginx, serviceNamesOf } from '../ingress/shape.ts';
import type { Application } from '../router.ts';
import { fullName, sameHost } from './host.ts';
import { reach } from './mesh.ts';

/**
 * NGINX chooses pods itself: it reaches them past the rules of the mesh, unless it has a sidecar, sends to the Service's address, and
 * asks for a host that the rules are for.
 */
export function edgeFindings(route: KubernetesObject, app: Application, around: readonly KubernetesObject[]) {
  const leading = allOf(Ingress, around).filter(
    (ingress) => mayBeNginx(ingress) && serviceNamesOf(ingress).includes(stableServiceName(app)),
  );
  const found = leading.map((ingress) => ({ ingress, hosts: hostsOfIngress(ingress), missing: missingIn(ingress, route, app) }));
  const problems = found.flatMap(({ ingress, hosts, missing }) =>
    Object.keys(missing).length === 0 || !claims(route, hosts, app) ? [] : [bypass(ingress, missing, app)],
  );
  const warnings = found.flatMap(({ ingress, hosts, missing }) => {
    if (Object.keys(missing).length === 0) return [unseen(ingress)];
    return claims(route, hosts, app) ? [] : [bypass(ingress, missing, app)];
  });
  return { problems, warnings };
}

/** Whether the rules are meant for what this Ingress lets in. By subsets every way around them also reaches the canary. */
const claims = (route: KubernetesObject, hosts: readonly string[], app: Application): boolean =>
  app.subsets !== undefined || reach(route).hosts.some((host) => hosts.includes(host));

function missingIn(ingress: KubernetesObject, route: KubernetesObject, app: Application): Readonly<Record<string, string>> {
  const { hosts, mesh } = reach(route);
  const vhost = annotationOf(ingress, 'upstream-vhost');
  const asked = vhost === undefined ? hostsOfIngress(ingress) : [vhost];
  const covered = mesh && asked.every((host) => hosts.some((each) => sameHost(each, host, app.namespace)));
  return {
    ...(annotationOf(ingress, 'service-upstream') === 'true' ? {} : { 'nginx.ingress.kubernetes.io/service-upstream': 'true' }),
    ...(covered
      ? {}
      : { 'nginx.ingress.kubernetes.io/upstream-vhost': fullName({ name: stableServiceName(app), namespace: app.namespace }) }),
  };
}

const bypass = (ingress: KubernetesObject, missing: Readonly<Record<string, string>>, app: Application): Problem => ({
  what: `Ingress ${ingress.metadata.name} leads to the Service \`${stableServiceName(app)}\` past the mesh, ${
    app.subsets === undefined ? 'so its requests all go to stable whatever the weights are' : "so it reaches the canary's pods at weight 0"
  }: ${Object.keys(missing)
    .map((key) => `\`${key.replace(/^.*\//, '')}\``)
    .join(' and ')} ${Object.keys(missing).length === 1 ? 'is' : 'are'} missing.`,
  remedy:
    'Take the controller into the mesh (a sidecar in its pods) and write the Ingress like this, or let the host in by an Istio gateway:',
  yaml: yamlText(manifestOf(annotated(ingress, missing))),
});

const unseen = (ingress: KubernetesObject): Problem => ({
  what: `Not checked: whether the controller of Ingress ${ingress.metadata.name} has a sidecar. Without one its requests do not follow the weights.`,
  remedy: 'See in the first stage that the measured share follows the weight.',
});
