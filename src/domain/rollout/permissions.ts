import { groupOf, NetworkPolicy } from '../kubernetes/kinds.ts';
import { type Application, type Router, sharesService } from '../traffic/router.ts';
import { leaseName } from './lease.ts';

/** One thing a run does in the cluster, as a SelfSubjectAccessReview asks it. */
export interface Permission {
  /** Empty: in all namespaces. */
  readonly namespace: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verb: string;
  /** Missing: any object of that kind in the namespace. */
  readonly name?: string;
  /** Without an advisory one the run goes on and shows what it could not do or check. */
  readonly need: 'required' | 'advisory';
  readonly why: string;
}

export interface PermissionNeeds {
  readonly router: Router;
  readonly app: Application;
  /** The Deployment of stable. */
  readonly deployment: string;
  readonly canaryName: string;
  /** The Service of Prometheus when it is asked through the API server. `name` as in the URL: `prometheus:9090`, `https:prometheus:9090`. */
  readonly metricsService?: { readonly namespace: string; readonly name: string };
  /** A smoke check reaches the canary by port-forward. */
  readonly portForward: boolean;
}

/** The resources of the API that a run uses, and what it does with them. */
interface Use extends Pick<Permission, 'group' | 'resource' | 'subresource' | 'need' | 'why'> {
  readonly verbs: readonly string[];
  readonly names?: readonly string[];
  readonly namespace?: string;
}

export const permissionsFor = (needs: PermissionNeeds): readonly Permission[] =>
  usesOf(needs).flatMap(({ verbs, names = [], namespace = needs.app.namespace, ...use }) =>
    verbs.flatMap((verb): readonly Permission[] =>
      names.length === 0 ? [{ ...use, namespace, verb }] : names.map((name) => ({ ...use, namespace, verb, name })),
    ),
  );

function usesOf({ router, app, deployment, canaryName, metricsService, portForward }: PermissionNeeds): readonly Use[] {
  const required = { need: 'required' } as const;
  const advisory = { need: 'advisory' } as const;
  const deployments = { group: 'apps', resource: 'deployments' };
  const leases = { group: 'coordination.k8s.io', resource: 'leases' };
  return [
    ...router.objects(app).map(({ kind, name, namespace }) => ({
      ...required,
      group: groupOf(kind),
      resource: kind.resource,
      verbs: ['get', 'watch', 'update', 'patch'],
      names: [name],
      namespace,
      why: 'read and write the traffic split, and see it accepted',
    })),
    ...router.context(app).map(({ kind, namespace, name, elsewhere, need, why }) => ({
      need,
      group: groupOf(kind),
      resource: kind.resource,
      verbs: [name === undefined ? 'list' : 'get'],
      ...(name === undefined ? {} : { names: [name] }),
      // A namespace itself is asked for as if it lay in the namespace of its own name.
      namespace: elsewhere === true ? '' : namespace === '' ? app.namespace : namespace,
      why,
    })),
    { ...required, ...deployments, verbs: ['get', 'list', 'watch'], why: 'read stable and the canary, and wait for their pods' },
    { ...required, ...deployments, verbs: ['patch'], names: [deployment, canaryName], why: 'set images, and make and scale the canary' },
    { ...required, ...deployments, verbs: ['create'], why: 'make the canary: what is created has no name yet that a rule could hold' },
    {
      ...required,
      group: '',
      resource: 'services',
      verbs: ['get'],
      names: [app.stableService ?? app.service, ...(sharesService(app) ? [] : [app.canaryService])],
      why: 'check which pods the two Services select',
    },
    { ...required, group: '', resource: 'pods', verbs: ['list', 'watch'], why: 'see pods that crash or do not become ready' },
    {
      ...required,
      ...leases,
      verbs: ['get', 'update', 'patch'],
      names: [leaseName(app.service)],
      why: 'hold the lock of the service, with the state of the rollout',
    },
    { ...required, ...leases, verbs: ['create'], why: 'make the lock of the service' },
    ...(router.pods === undefined ? [] : [gating]),
    { ...advisory, group: '', resource: 'events', verbs: ['list'], why: 'say why a pod does not become ready' },
    { ...advisory, group: '', resource: 'pods', subresource: 'log', verbs: ['get'], why: 'show the end of the log of a pod that failed' },
    { ...advisory, group: '', resource: 'resourcequotas', verbs: ['list'], why: 'check that the canary fits into the quotas' },
    {
      ...advisory,
      group: groupOf(NetworkPolicy),
      resource: NetworkPolicy.resource,
      verbs: ['list'],
      why: "check that none keeps from the canary's pods what it allows stable's",
    },
    ...(portForward ? [forwarding] : []),
    ...(metricsService === undefined ? [] : [proxying(metricsService)]),
  ];
}

const gating: Use = {
  need: 'required',
  group: '',
  resource: 'pods',
  subresource: 'status',
  verbs: ['patch'],
  why: "open the gate of the canary's pods, whose names nobody knows before",
};

const forwarding: Use = {
  need: 'required',
  group: '',
  resource: 'pods',
  subresource: 'portforward',
  verbs: ['get', 'create'],
  why: 'reach the canary before it has traffic: a port-forward over WebSockets is authorised as get, and from Kubernetes 1.35 on as create too',
};

const proxying = ({ namespace, name }: { readonly namespace: string; readonly name: string }): Use => ({
  need: 'required',
  group: '',
  resource: 'services',
  subresource: 'proxy',
  verbs: ['get'],
  names: [name],
  namespace,
  why: 'ask Prometheus through the API server',
});

export const permissionText = ({ verb, resource, subresource, why }: Permission): string =>
  `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`} (${why})`;
