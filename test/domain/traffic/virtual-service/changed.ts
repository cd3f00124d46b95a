import { parse } from 'yaml';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import type { Problem } from '../../../../src/domain/rollout/problem.ts';
import { istio } from '../../../../src/domain/traffic/istio.ts';
import type { Application } from '../../../../src/domain/traffic/router.ts';
import { app, readAround, readRoute } from './fixtures.ts';

/** A form of the split, sound as it is: tests change one thing of it. */
export interface Sound {
  readonly app: Application;
  readonly route: KubernetesObject;
  readonly around: readonly KubernetesObject[];
}

const sound = (name: string, of: Application): Sound => ({ app: of, route: readRoute(name), around: readAround(name) });
export const twoHosts = sound('header-route-x-canary', app);
export const bySubsets = sound('subsets', { ...app, subsets: { stable: 'stable', canary: 'canary' } });

const withSpec = (object: KubernetesObject, more: object): KubernetesObject => ({
  ...object,
  spec: { ...(object['spec'] as object), ...more },
});

export const withRoute = (of: Sound, more: object): Sound => ({ ...of, route: withSpec(of.route, more) });

/** With another spec of what stands around, by `Service/agent`, or with more objects. */
export const withAround = (of: Sound, changes: Readonly<Record<string, object>>, ...more: readonly KubernetesObject[]): Sound => ({
  ...of,
  around: [...of.around.map((each) => withSpec(each, changes[`${each.kind}/${each.metadata.name}`] ?? {})), ...more],
});

export const look = ({ app: its, route, around }: Sound) => istio.inspect([route], its, [5, 100], around);

/** The texts of both lists. */
export function texts(of: Sound) {
  const { problems, warnings } = look(of);
  const whats = (list: readonly Problem[]) => list.map(({ what }) => what);
  return { problems: whats(problems), warnings: whats(warnings) };
}

/** After the YAML of a finding is applied. */
export function mended(of: Sound, { yaml }: Problem): Sound {
  const object = parse(yaml!) as KubernetesObject;
  const isIt = ({ kind, metadata }: KubernetesObject) => kind === object.kind && metadata.name === object.metadata.name;
  if (isIt(of.route)) return { ...of, route: { ...object, metadata: of.route.metadata } };
  return { ...of, around: [...of.around.filter((each) => !isIt(each)), object] };
}

export const ingressTo = (name: string, rules: readonly object[], annotations: Record<string, string> = {}, className = 'nginx') => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: 'edge',
    namespace: 'shop',
    annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value])),
  },
  spec: {
    ingressClassName: className,
    rules: rules.map((rule) => ({
      http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }] },
      ...rule,
    })),
  },
});
