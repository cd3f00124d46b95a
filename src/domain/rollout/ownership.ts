import type { KubernetesObject } from '../kubernetes/object.ts';
import { yamlText } from '../kubernetes/yaml.ts';
import type { FieldPath } from '../traffic/router.ts';
import { shown } from '../units/shown.ts';

/** A tool that holds the wanted state of an object elsewhere and will write it again. */
export interface Owner {
  readonly tool: 'Argo CD' | 'Flux' | 'Helm';
  /** The Application, Kustomization, HelmRelease or release, as the object names it. */
  readonly name: string;
  /** The sentence what it will revert, and when. */
  readonly reverts: string;
  /** The sentence what has to change in Git. */
  readonly change: string;
  /** Paste-ready, where the change is the same for everybody. */
  readonly yaml?: string;
}

/** What a rollout changes of an object. */
export interface Change {
  /** As in "set … back": `the weights`. */
  readonly what: string;
  readonly fields: readonly FieldPath[];
  /** The sentence what Git has to say in the end. */
  readonly inGit: string;
}

export const routeChange = ({ kind, metadata }: KubernetesObject, weights: FieldPath): Change => ({
  what: `the weights of ${kind} ${metadata.name}`,
  fields: [weights],
  inGit: `Keep the canary of ${kind} ${metadata.name} at weight 0 in Git.`,
});

const image: FieldPath = { jq: '.spec.template.spec.containers[].image', pointer: '/spec/template/spec/containers' };
const replicas: FieldPath = { jq: '.spec.replicas', pointer: '/spec/replicas' };

export const stableChange = ({ metadata }: KubernetesObject): Change => ({
  what: `the image of Deployment ${metadata.name}`,
  fields: [image],
  inGit: `Write the promoted image of Deployment ${metadata.name} into Git before the tool's next run, or it goes back to the old version.`,
});

/** Of a canary that is the user's own: one of ours carries no tool's marks. */
export const canaryChange = ({ metadata }: KubernetesObject): Change => ({
  what: `image and size of Deployment ${metadata.name}`,
  fields: [image, replicas],
  inGit: `Keep Deployment ${metadata.name} at 0 replicas in Git: each rollout sets its image and its size.`,
});

/** Of what sets stable's size: pinned while the canary has traffic, and put back. */
export const minimumChange = (object: KubernetesObject): Change => {
  const { kind, metadata } = object;
  // Where KEDA may go below the minimum, that is taken away as long.
  const idles = ((object['spec'] ?? {}) as { readonly idleReplicaCount?: number }).idleReplicaCount !== undefined;
  const fields = kind === 'ScaledObject' ? ['minReplicaCount', ...(idles ? ['idleReplicaCount'] : [])] : ['minReplicas'];
  return {
    what: `${fields.join(' and ')} of ${kind} ${metadata.name}`,
    fields: fields.map((field) => ({ jq: `.spec.${field}`, pointer: `/spec/${field}` })),
    inGit: `Nothing has to change in Git: the minimum of ${kind} ${metadata.name} is raised while the canary has traffic, and put back.`,
  };
};

/** Of an object that a rolling update writes: a workload's pod template, or anything else as a whole. */
export const rollingChange = ({ kind, metadata }: KubernetesObject): Change => {
  const workload = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'].includes(kind);
  const field: FieldPath =
    kind === 'CronJob' ? { jq: '.spec.jobTemplate', pointer: '/spec/jobTemplate' } : { jq: '.spec.template', pointer: '/spec/template' };
  return {
    what: `${workload ? 'the pod template of ' : ''}${kind} ${metadata.name}`,
    fields: [workload ? field : { jq: '.', pointer: '/' }],
    inGit: `Write what is rolled out of ${kind} ${metadata.name} into Git before the tool's next run, or it goes back to the old version.`,
  };
};

/** Argo CD and Flux come before Helm: they also bring objects that a chart labelled. */
export const ownerOf = (object: KubernetesObject, change: Change): Owner | undefined =>
  argoOwner(object, change) ?? kustomizeOwner(object, change) ?? helmReleaseOwner(object, change) ?? helmOwner(object, change);

function argoOwner(object: KubernetesObject, change: Change): Owner | undefined {
  const name =
    application(object.metadata.annotations?.['argocd.argoproj.io/tracking-id'], object) ??
    labelOrAnnotation(object, 'argocd.argoproj.io/instance') ??
    labelledByArgo(object);
  if (name === undefined) return undefined;
  const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
  const ignoreDifferences = [
    { group, kind: object.kind, name: object.metadata.name, jqPathExpressions: change.fields.map(({ jq }) => jq) },
  ];
  return {
    tool: 'Argo CD',
    name: shown(name),
    reverts: `Argo CD's Application \`${shown(name)}\` will set ${change.what} back to what Git says: at its next sync, or within seconds when selfHeal is on.`,
    change: `${change.inGit} So that a rollout is left alone until then, add to the Application:`,
    yaml: yamlText({ spec: { ignoreDifferences, syncPolicy: { syncOptions: ['RespectIgnoreDifferences=true'] } } }),
  };
}

/** `<application>:<group>/<kind>:<namespace>/<name>`. One that names another object was copied from there and means nothing here. */
function application(trackingId: string | undefined, { kind, metadata }: KubernetesObject): string | undefined {
  const [, name, trackedKind, trackedName] = /^(.+?):[^:]*\/([^:/]+):[^:]*\/([^/]+)$/.exec(trackingId ?? '') ?? [];
  if (name === undefined) return trackingId;
  return trackedKind === kind && trackedName === metadata.name ? name : undefined;
}

/** Its field managers: the second from before 2.5, when it gave none of its own. */
const argoManagers = ['argocd-controller', 'argocd-application-controller'];

/** How it tracks by default until 3.0. Charts set this label as well, so it says nothing unless Argo CD has written the object. */
const labelledByArgo = ({ metadata: { labels, managedFields = [] } }: KubernetesObject): string | undefined =>
  managedFields.some(({ manager = '' }) => argoManagers.includes(manager)) ? labels?.['app.kubernetes.io/instance'] : undefined;

function kustomizeOwner(object: KubernetesObject, change: Change): Owner | undefined {
  const name = qualified(object, 'kustomize.toolkit.fluxcd.io');
  // With these settings Flux creates the object at most, and does not write it again.
  const policy = labelOrAnnotation(object, 'kustomize.toolkit.fluxcd.io/ssa')?.toLowerCase();
  const disabled = labelOrAnnotation(object, 'kustomize.toolkit.fluxcd.io/reconcile')?.toLowerCase() === 'disabled';
  if (name === undefined || disabled || policy === 'ifnotpresent' || policy === 'ignore') return undefined;
  return {
    tool: 'Flux',
    name,
    reverts: `Flux's Kustomization \`${name}\` will set ${change.what} back to what Git says at its next reconciliation.`,
    change: `${change.inGit} So that Flux creates the object and then leaves it alone, annotate it in Git:`,
    yaml: yamlText({ metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'IfNotPresent' } } }),
  };
}

function helmReleaseOwner(object: KubernetesObject, change: Change): Owner | undefined {
  const name = qualified(object, 'helm.toolkit.fluxcd.io');
  if (name === undefined) return undefined;
  const ignore = [{ paths: change.fields.map(({ pointer }) => pointer), target: { kind: object.kind, name: object.metadata.name } }];
  return {
    tool: 'Flux',
    name,
    reverts: `Flux's HelmRelease \`${name}\` will set ${change.what} back to the chart's values: at its next upgrade, or at its next reconciliation when driftDetection is on.`,
    change: `${change.inGit} Where driftDetection is on, add to the HelmRelease:`,
    yaml: yamlText({ spec: { driftDetection: { ignore } } }),
  };
}

function helmOwner(object: KubernetesObject, change: Change): Owner | undefined {
  const { labels, annotations } = object.metadata;
  const release = annotations?.['meta.helm.sh/release-name'];
  const rendered =
    labels?.['app.kubernetes.io/managed-by'] === 'Helm'
      ? (labelOrAnnotation(object, 'app.kubernetes.io/instance') ?? 'unknown')
      : undefined;
  const name = release ?? rendered;
  if (name === undefined) return undefined;
  return {
    tool: 'Helm',
    name: shown(name),
    reverts: `The next upgrade of the Helm release \`${shown(name)}\` will set ${change.what} back to the chart's values.`,
    change: change.inGit,
  };
}

function qualified(object: KubernetesObject, prefix: string): string | undefined {
  const name = object.metadata.labels?.[`${prefix}/name`];
  const namespace = object.metadata.labels?.[`${prefix}/namespace`];
  return name === undefined ? undefined : shown(namespace === undefined ? name : `${namespace}/${name}`);
}

const labelOrAnnotation = ({ metadata }: KubernetesObject, key: string): string | undefined =>
  metadata.labels?.[key] ?? metadata.annotations?.[key];
