import { HTTPRoute } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import type { Stage } from '../stand-ins.ts';
import { pair } from './pair.ts';

interface HangingGateway {
  readonly on: Stage;
  /** Whether the controller of the second Gateway gives no answer any more. */
  hangs: boolean;
  /** Where the route leads. */
  leads(): string;
}

/** The pair behind an HTTPRoute with two Gateways, of which one may hang: then no write to the route is confirmed. */
export function hangingGateway(): HangingGateway {
  const on = pair();
  const { cluster } = on;
  const scene: HangingGateway = { on, hangs: false, leads: () => backend(cluster.find(HTTPRoute, 'agent')) };
  const react = cluster.reacting;
  const accept = (route: KubernetesObject): void => {
    const { generation = 0 } = route.metadata;
    const status = { parents: ['new', 'old'].map((name) => parent(name, scene.hangs && name === 'old' ? generation - 1 : generation)) };
    if (JSON.stringify(route['status']) !== JSON.stringify(status)) cluster.put(HTTPRoute, { ...route, status });
  };
  cluster.reacting = (object) => {
    react(object);
    if (object.kind === 'HTTPRoute') accept(object);
  };
  accept(
    cluster.put(HTTPRoute, {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'agent', namespace: 'shop' },
      spec: { parentRefs: [{ name: 'new' }, { name: 'old' }], rules: [{ backendRefs: [{ name: 'agent-blue', port: 80 }] }] },
    }),
  );
  return scene;
}

const parent = (name: string, observedGeneration: number) => ({
  parentRef: { name },
  controllerName: 'example.com/gateway',
  conditions: ['Accepted', 'ResolvedRefs'].map((type) => ({ type, status: 'True', observedGeneration, reason: type })),
});

interface RouteSpec {
  readonly rules?: readonly { readonly backendRefs?: readonly { readonly name?: string }[] }[];
}

const backend = (route: KubernetesObject | undefined): string =>
  (route?.['spec'] as RouteSpec | undefined)?.rules?.[0]?.backendRefs?.[0]?.name ?? '';
