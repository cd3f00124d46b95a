import { type Destination, destinationsText } from '../alert/destination.ts';
import { ConfigMap, groupOf, Job, Role, RoleBinding, Secret, ServiceAccount } from '../kubernetes/kinds.ts';
import type { Kind, KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { yamlDocuments } from '../kubernetes/yaml.ts';
import { serviceLabel, trackLabel } from '../rollout/canary-deployment.ts';
import { epochAnnotation } from '../rollout/lease.ts';
import { guardianName } from './name.ts';
import { type Undo, undoText } from './undo.ts';

export interface GuardianWish {
  readonly image: string;
  /** An account that has the rights already; otherwise one is made, with a Role of its own. */
  readonly serviceAccount: string | undefined;
}

/** Where the pod finds its files. */
export const places = {
  script: '/guardian/guardian.js',
  undo: '/guardian/undo.json',
  destinations: '/guardian-notify/destinations.json',
} as const;

export interface Made {
  readonly kind: Kind;
  readonly object: KubernetesObject;
  /** The guardian of an earlier run had the same: it is applied. Any other is of this epoch alone and is created. */
  readonly shared: boolean;
}

const nobody = 65_532;
/**
 * Eleven days: longer than a job may last, five days on a runner of one's own, and the longest `pause-deadline` after it: at its end nobody
 * would watch the canary any more. It ends by itself as soon as nobody needs it.
 */
const longestLife = 950_400;
/**
 * The most that the field holds. Each eviction counts, and each restart of the pod: at the limit the Job would end the pod that runs, and a
 * pause may outlast any number of them.
 */
const endless = 2_147_483_647;

/** Made suspended, so that the others can name it as their owner before its pod looks for them. */
export function guardianJob(undo: Undo, wish: GuardianWish, tells: boolean): KubernetesObject {
  const name = guardianName(undo.app.service);
  const mount = (volume: string, path: string) => ({ name: volume, mountPath: path, readOnly: true });
  return {
    apiVersion: Job.apiVersion,
    kind: Job.kind,
    metadata: { ...metadataOf(undo), annotations: { [epochAnnotation]: String(undo.epoch) } },
    spec: {
      suspend: true,
      backoffLimit: endless,
      activeDeadlineSeconds: longestLife,
      ttlSecondsAfterFinished: 600,
      template: {
        metadata: {
          labels: podLabelsOf(undo.app.service),
          // A sidecar that outlives it would keep the Job from ending, and one that starts late would cut it off.
          annotations: {
            'sidecar.istio.io/inject': 'false',
            'linkerd.io/inject': 'disabled',
            'cluster-autoscaler.kubernetes.io/safe-to-evict': 'true',
          },
        },
        spec: {
          serviceAccountName: wish.serviceAccount ?? name,
          restartPolicy: 'OnFailure',
          terminationGracePeriodSeconds: 5,
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: nobody,
            runAsGroup: nobody,
            fsGroup: nobody,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'guardian',
              image: wish.image,
              command: ['node', places.script],
              env: [
                { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                // The heap is small; without this Node plans with the memory of the machine.
                { name: 'NODE_OPTIONS', value: '--max-old-space-size=48' },
              ],
              resources: { requests: { cpu: '20m', memory: '64Mi' }, limits: { cpu: '500m', memory: '128Mi' } },
              securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
              terminationMessagePolicy: 'FallbackToLogsOnError',
              volumeMounts: [mount('guardian', '/guardian'), ...(tells ? [mount('notify', '/guardian-notify')] : [])],
            },
          ],
          volumes: [
            { name: 'guardian', configMap: { name: filesName(undo) } },
            ...(tells ? [{ name: 'notify', secret: { secretName: filesName(undo) } }] : []),
          ],
        },
      },
    },
  };
}

/** What the pod needs beside its Job, all of which goes when the Job goes. */
export function guardianParts(
  undo: Undo,
  wish: GuardianWish,
  given: {
    readonly script: string;
    readonly tells: readonly Destination[];
    readonly owner: KubernetesObject;
    readonly routes: readonly ObjectRef[];
  },
): readonly Made[] {
  const { owner, script, tells, routes } = given;
  const { name, uid = '' } = owner.metadata;
  const metadata = { ...metadataOf(undo), ownerReferences: [{ apiVersion: Job.apiVersion, kind: Job.kind, name, uid }] };
  const object = (kind: Kind, more: object): Made => ({
    kind,
    object: { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { ...metadata, name: filesName(undo) }, ...more },
    shared: false,
  });
  return [
    ...(wish.serviceAccount === undefined ? accountOf(undo, routes, metadata) : []),
    object(ConfigMap, { data: { 'guardian.js': script, 'undo.json': undoText(undo) } }),
    ...(tells.length === 0 ? [] : [object(Secret, { type: 'Opaque', stringData: { 'destinations.json': destinationsText(tells) } })]),
  ];
}

/** The account of the guardian, for an administrator to apply. It is theirs: without the label of what is ours, which `uninstall` removes. */
export const accountYaml = (undo: Pick<Undo, 'app' | 'lease' | 'stableDeployment'>, routes: readonly ObjectRef[]): string => {
  const { name, namespace } = metadataOf(undo);
  return yamlDocuments(accountOf(undo, routes, { name, ...(namespace === undefined ? {} : { namespace }) }).map(({ object }) => object));
};

/** What an account is made of. What uses another comes before it. */
export const accountKinds: readonly Kind[] = [RoleBinding, Role, ServiceAccount];

/** A run made it, for its guardian's Job. One that an administrator made is nobody's. */
export const isOfJob = ({ metadata }: KubernetesObject): boolean =>
  (metadata.ownerReferences ?? []).some(({ kind, name }) => kind === Job.kind && name === metadata.name);

type Metadata = KubernetesObject['metadata'];

function accountOf(
  undo: Pick<Undo, 'app' | 'lease' | 'stableDeployment'>,
  routes: readonly ObjectRef[],
  metadata: Metadata,
): readonly Made[] {
  const { name } = metadata;
  const { namespace } = undo.app;
  const object = (kind: Kind, more: object): Made => ({
    kind,
    object: { apiVersion: kind.apiVersion, kind: kind.kind, metadata, ...more },
    shared: true,
  });
  return [
    object(ServiceAccount, {}),
    object(Role, { rules: rulesOf(undo, routes) }),
    object(RoleBinding, {
      roleRef: { apiGroup: groupOf(Role), kind: Role.kind, name },
      subjects: [{ kind: ServiceAccount.kind, name, namespace }],
    }),
  ];
}

/** Everything by name but the making of events, which have none before they are made. */
const rulesOf = ({ lease, stableDeployment }: Pick<Undo, 'lease' | 'stableDeployment'>, routes: readonly ObjectRef[]) => [
  ...routes.map(({ kind, name }) => ({
    apiGroups: [groupOf(kind)],
    resources: [kind.resource],
    resourceNames: [name],
    verbs: ['get', 'update'],
  })),
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: [lease], verbs: ['get', 'update', 'patch'] },
  { apiGroups: ['apps'], resources: ['deployments'], resourceNames: [stableDeployment], verbs: ['get', 'patch'] },
  { apiGroups: [''], resources: ['events'], verbs: ['create'] },
];

/** Another one for each epoch: a node may still hold the files that it mounted for the guardian before. */
const filesName = ({ app, epoch }: Undo): string => `${guardianName(app.service)}-${epoch}`;

export const guardianLabels = (service: string): string => `${serviceLabel}=${service},${trackLabel}=guardian`;

/** Istio's injector heeds the label before the annotation, and where it is told to inject by an object selector, the label alone. */
export const podLabelsOf = (service: string): Readonly<Record<string, string>> => ({
  ...labelsOf(service),
  'sidecar.istio.io/inject': 'false',
});

export const labelsOf = (service: string): Readonly<Record<string, string>> => ({ [serviceLabel]: service, [trackLabel]: 'guardian' });

const metadataOf = ({ app }: Pick<Undo, 'app'>): Metadata => ({
  name: guardianName(app.service),
  namespace: app.namespace,
  labels: labelsOf(app.service),
});
