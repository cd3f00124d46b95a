import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';

const nginx = 'nginx.ingress.kubernetes.io/';

export interface Way {
  readonly host?: string;
  readonly path?: string;
  readonly pathType?: string;
  readonly service?: string;
  readonly port?: Readonly<Record<string, number | string>>;
}

const backendOf = ({ service = 'agent', port = { number: 80 } }: Way) => ({ service: { name: service, port } });

/** `made`: the second of one minute in which it was made; unknown without. */
export function ingress(
  name: string,
  ways: readonly Way[],
  more: {
    readonly annotations?: Readonly<Record<string, string>>;
    readonly made?: number;
    readonly className?: string;
    readonly byDefault?: Way;
    readonly namespace?: string;
  } = {},
): KubernetesObject {
  const annotations = Object.fromEntries(Object.entries(more.annotations ?? {}).map(([key, value]) => [`${nginx}${key}`, value]));
  const { made, className = 'nginx', byDefault, namespace = 'shop' } = more;
  const creationTimestamp = made === undefined ? {} : { creationTimestamp: `2026-11-22T07:00:${String(made).padStart(2, '0')}Z` };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace, annotations, ...creationTimestamp },
    spec: {
      ingressClassName: className,
      ...(byDefault === undefined ? {} : { defaultBackend: backendOf(byDefault) }),
      rules: ways.map((way) => ({
        host: way.host ?? 'shop.example.com',
        http: { paths: [{ path: way.path ?? '/api', pathType: way.pathType ?? 'Prefix', backend: backendOf(way) }] },
      })),
    },
    status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } },
  };
}

export const stable = ingress('agent', [{}], { made: 10 });

const canaryAnnotations = { canary: 'true', 'canary-weight': '0', 'canary-by-header': 'X-Canary', 'canary-by-header-value': 'true' };

export const canary = ingress('agent-canary', [{ service: 'agent-canary' }], { made: 20, annotations: canaryAnnotations });
