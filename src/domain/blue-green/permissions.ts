import { Deployment, groupOf, Lease, Pod, ResourceQuota, Service } from '../kubernetes/kinds.ts';
import type { Kind } from '../kubernetes/object.ts';
import { colouredName, colours } from '../rollout/layout.ts';
import { leaseName } from '../rollout/lease.ts';
import type { Permission } from '../rollout/permissions.ts';
import type { Switcher } from '../traffic/switchers/switcher.ts';

export interface BlueGreenNeeds {
  readonly service: string;
  readonly namespace: string;
  readonly switcher: Switcher;
  readonly route: string;
  /** The old colour is deleted in the end. */
  readonly removes: boolean;
  /** Users are led back: only what is written is demanded, with what has to be known for it. */
  readonly back?: boolean;
  /** Pods are asked by port-forward. */
  readonly asks: boolean;
  /** The Service of Prometheus when it is asked through the API server. `name` as in the URL: `prometheus:9090`. */
  readonly metricsService?: { readonly namespace: string; readonly name: string } | undefined;
}

interface Use extends Pick<Permission, 'need' | 'why'> {
  readonly kind: Kind;
  readonly subresource?: string;
  readonly verbs: readonly string[];
  readonly names?: readonly string[];
  readonly namespace?: string;
}

const required = { need: 'required' } as const;
const advisory = { need: 'advisory' } as const;

export const blueGreenPermissions = (needs: BlueGreenNeeds): readonly Permission[] =>
  usesOf(needs).flatMap(({ kind, verbs, names = [], namespace = needs.namespace, ...use }) =>
    verbs.flatMap((verb): readonly Permission[] => {
      const permission = { ...use, namespace, group: groupOf(kind), resource: kind.resource, verb };
      return names.length === 0 ? [permission] : names.map((name) => ({ ...permission, name }));
    }),
  );

function usesOf({ service, switcher, route, removes, asks, back = false, metricsService }: BlueGreenNeeds): readonly Use[] {
  const looked = back ? advisory : required;
  const pair = colours.map((colour) => colouredName(service, colour));
  return [
    { ...required, kind: switcher.kind, verbs: ['get', 'update'], names: [route], why: 'say which colour gets the users' },
    { ...looked, kind: switcher.kind, verbs: ['watch'], names: [route], why: 'say which colour gets the users' },
    { ...looked, kind: switcher.kind, verbs: ['list'], why: 'see that nothing else takes the same requests or leads to a colour' },
    ...(switcher.ownServices
      ? [{ ...looked, kind: Service, verbs: ['get'], names: pair, why: 'check which pods the Service of each colour selects' }]
      : []),
    { ...required, kind: Deployment, verbs: ['get', 'list', 'watch'], why: 'read both colours, and wait for their pods' },
    { ...required, kind: Deployment, verbs: ['patch'], names: pair, why: 'set image and size of a colour' },
    ...(removes ? [{ ...required, kind: Deployment, verbs: ['delete'], names: pair, why: 'remove the old colour' }] : []),
    { ...looked, kind: Pod, verbs: ['list', 'watch'], why: 'see pods that crash or do not become ready' },
    ...(asks
      ? [
          {
            ...required,
            kind: Pod,
            subresource: 'portforward',
            verbs: ['get', 'create'],
            why: 'ask the pods: a port-forward over WebSockets is authorised as get, and from Kubernetes 1.35 on as create too',
          },
        ]
      : []),
    {
      ...required,
      kind: Lease,
      verbs: ['get', 'update', 'patch'],
      names: [leaseName(service)],
      why: 'hold the lock of the service, with the state of the switch',
    },
    { ...looked, kind: Lease, verbs: ['create'], why: 'make the lock of the service' },
    ...(metricsService === undefined
      ? []
      : [
          {
            ...required,
            kind: Service,
            subresource: 'proxy',
            verbs: ['get'],
            names: [metricsService.name],
            namespace: metricsService.namespace,
            why: 'ask Prometheus through the API server',
          },
        ]),
    { ...advisory, kind: ResourceQuota, verbs: ['list'], why: 'check that both colours fit into the quotas' },
    { ...advisory, kind: { ...Pod, kind: 'Event', resource: 'events' }, verbs: ['list'], why: 'say why a pod does not become ready' },
    { ...advisory, kind: Pod, subresource: 'log', verbs: ['get'], why: 'show the end of the log of a pod that failed' },
  ];
}
