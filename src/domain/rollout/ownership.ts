import type { KubernetesObject } from '../kubernetes/object.ts';
import { yamlText } from '../kubernetes/yaml.ts';
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

/** Argo CD and Flux come before Helm: they also bring objects that a chart labelled. */
export const ownerOf = (object: KubernetesObject): Owner | undefined =>
  argoOwner(object) ?? kustomizeOwner(object) ?? helmReleaseOwner(object) ?? helmOwner(object);

function argoOwner(object: KubernetesObject): Owner | undefined {
  const name =
    application(object.metadata.annotations?.['argocd.argoproj.io/tracking-id'], object) ??
    labelOrAnnotation(object, 'argocd.argoproj.io/instance');
  if (name === undefined) return undefined;
  const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
  const ignoreDifferences = [{ group, kind: object.kind, name: object.metadata.name, jqPathExpressions: [ours(object).jq] }];
  return {
    tool: 'Argo CD',
    name: shown(name),
    reverts: `Argo CD's Application \`${shown(name)}\` will set ${ours(object).text} back to what Git says: at its next sync, or within seconds when selfHeal is on.`,
    change: `${inGit(object)} So that a rollout is left alone until then, add to the Application:`,
    yaml: yamlText({ spec: { ignoreDifferences, syncPolicy: { syncOptions: ['RespectIgnoreDifferences=true'] } } }),
  };
}

/** `<application>:<group>/<kind>:<namespace>/<name>`. One that names another object was copied from there and means nothing here. */
function application(trackingId: string | undefined, { kind, metadata }: KubernetesObject): string | undefined {
  const [, name, trackedKind, trackedName] = /^(.+?):[^:]*\/([^:/]+):[^:]*\/([^/]+)$/.exec(trackingId ?? '') ?? [];
  if (name === undefined) return trackingId;
  return trackedKind === kind && trackedName === metadata.name ? name : undefined;
}

function kustomizeOwner(object: KubernetesObject): Owner | undefined {
  const name = qualified(object, 'kustomize.toolkit.fluxcd.io');
  // With these settings Flux creates the object at most, and does not write it again.
  const policy = labelOrAnnotation(object, 'kustomize.toolkit.fluxcd.io/ssa')?.toLowerCase();
  const disabled = labelOrAnnotation(object, 'kustomize.toolkit.fluxcd.io/reconcile')?.toLowerCase() === 'disabled';
  if (name === undefined || disabled || policy === 'ifnotpresent' || policy === 'ignore') return undefined;
  return {
    tool: 'Flux',
    name,
    reverts: `Flux's Kustomization \`${name}\` will set ${ours(object).text} back to what Git says at its next reconciliation.`,
    change: `${inGit(object)} So that Flux creates the object and then leaves it alone, annotate it in Git:`,
    yaml: yamlText({ metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'IfNotPresent' } } }),
  };
}

function helmReleaseOwner(object: KubernetesObject): Owner | undefined {
  const name = qualified(object, 'helm.toolkit.fluxcd.io');
  if (name === undefined) return undefined;
  const ignore = [{ paths: [ours(object).pointer], target: { kind: object.kind, name: object.metadata.name } }];
  return {
    tool: 'Flux',
    name,
    reverts: `Flux's HelmRelease \`${name}\` will set ${ours(object).text} back to the chart's values: at its next upgrade, or at its next reconciliation when driftDetection is on.`,
    change: `${inGit(object)} Where driftDetection is on, add to the HelmRelease:`,
    yaml: yamlText({ spec: { driftDetection: { ignore } } }),
  };
}

function helmOwner(object: KubernetesObject): Owner | undefined {
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
    reverts: `The next upgrade of the Helm release \`${shown(name)}\` will set ${ours(object).text} back to the chart's values.`,
    change: inGit(object),
  };
}

function qualified(object: KubernetesObject, prefix: string): string | undefined {
  const name = object.metadata.labels?.[`${prefix}/name`];
  const namespace = object.metadata.labels?.[`${prefix}/namespace`];
  return name === undefined ? undefined : shown(namespace === undefined ? name : `${namespace}/${name}`);
}

const labelOrAnnotation = ({ metadata }: KubernetesObject, key: string): string | undefined =>
  metadata.labels?.[key] ?? metadata.annotations?.[key];

/** What a rollout changes of an object: for a sentence, and for the rules by which the tools leave a field alone. */
function ours({ kind, metadata }: KubernetesObject): { readonly text: string; readonly jq: string; readonly pointer: string } {
  const name = `${kind} ${metadata.name}`;
  if (kind === 'HTTPRoute') return { text: `the weights of ${name}`, jq: '.spec.rules[]?.backendRefs[]?.weight', pointer: '/spec/rules' };
  if (kind === 'Deployment')
    return { text: `the image of ${name}`, jq: '.spec.template.spec.containers[].image', pointer: '/spec/template/spec/containers' };
  if (kind === 'HorizontalPodAutoscaler') return { text: `minReplicas of ${name}`, jq: '.spec.minReplicas', pointer: '/spec/minReplicas' };
  if (kind === 'ScaledObject') return { text: `minReplicaCount of ${name}`, jq: '.spec.minReplicaCount', pointer: '/spec/minReplicaCount' };
  return { text: name, jq: '.spec', pointer: '/spec' };
}

const inGit = ({ kind, metadata }: KubernetesObject): string =>
  kind === 'HTTPRoute'
    ? `Keep the canary of HTTPRoute ${metadata.name} at weight 0 in Git.`
    : kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject'
      ? `Nothing has to change in Git: the minimum of ${kind} ${metadata.name} is raised while the canary has traffic, and put back.`
      : `Write the promoted image of ${kind} ${metadata.name} into Git before the tool's next run, or it goes back to the old version.`;
