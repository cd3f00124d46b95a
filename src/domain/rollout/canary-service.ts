import { Service } from '../kubernetes/kinds.ts';
import { type Labels, selectorOf, serviceSelects } from '../kubernetes/labels.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { podLabels, type ServicePort, serviceSpec } from '../kubernetes/workload.ts';

/** The objects and names of which a Service for the canary is made. */
export interface ServiceParts {
  readonly stable: KubernetesObject;
  readonly stableService: KubernetesObject;
  /** The canary's Service as it is, when it is there: its ports are kept. */
  readonly canaryService?: KubernetesObject;
  readonly name: string;
  /** The value that tells the canary's pods from stable's: a label value. */
  readonly value: string;
}

/**
 * The Service of a clone. Its selector is stable's with other values: the clone's pods get these, so that neither stable's
 * Service nor stable's Deployment selects them. `undefined` when stable selects by matchExpressions alone.
 */
export function serviceOfClone({ stable, stableService, canaryService, name, value }: ServiceParts): KubernetesObject | undefined {
  const { matchLabels = {}, matchExpressions = [] } = selectorOf(stable);
  const selector = serviceSpec(stableService).selector ?? {};
  const isFree = (key: string) => !matchExpressions.some((expression) => expression.key === key);
  const ofService = Object.keys(selector).filter(isFree);
  const ofDeployment = Object.keys(matchLabels).filter(isFree);
  const shared = ofService.find((key) => ofDeployment.includes(key));
  const telling = shared === undefined ? [ofService[0], ofDeployment[0]] : [shared];
  if (telling.includes(undefined)) return undefined;
  const values = Object.fromEntries(telling.map((key) => [key, value]));
  return serviceLike(canaryService ?? stableService, stableService, name, { ...selector, ...values });
}

/** The Service of a canary Deployment that is there: a label of its pods that stable's do not have. `undefined` when there is none. */
export function serviceOfExisting(
  canary: KubernetesObject,
  { stable, stableService, canaryService, name }: ServiceParts,
): KubernetesObject | undefined {
  const own = onlyIn(podLabels(canary), podLabels(stable));
  const key = [...Object.keys(serviceSpec(stableService).selector ?? {}), ...Object.keys(own)].find((each) => Object.hasOwn(own, each));
  return key === undefined ? undefined : serviceLike(canaryService ?? stableService, stableService, name, { [key]: own[key] ?? '' });
}

/** Stable's Service, selecting also by a label that only stable's pods have. `undefined` when they have none of their own. */
export function narrowedService({ stable, stableService }: ServiceParts, canaryLabels: Labels): KubernetesObject | undefined {
  const [own] = Object.entries(onlyIn(podLabels(stable), canaryLabels));
  if (own === undefined) return undefined;
  // What the API server chose itself does not belong into a manifest.
  const { clusterIP, clusterIPs: _ips, ipFamilies: _families, healthCheckNodePort: _port, ...spec } = serviceSpec(stableService);
  const selector = { ...spec.selector, [own[0]]: own[1] };
  return manifest(stableService, stableService.metadata.name, { ...spec, ...(clusterIP === 'None' ? { clusterIP } : {}), selector });
}

export const selectsPodsOf = (service: KubernetesObject, labels: Labels): boolean => serviceSelects(serviceSpec(service).selector, labels);

const onlyIn = (labels: Labels, others: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([key, value]) => others[key] !== value));

/** The ports by which the route leads to the canary and that its Service does not have. One outside of the cluster has none. */
export const missingPorts = (service: KubernetesObject, wanted: readonly (number | string)[]): readonly (number | string)[] =>
  serviceSpec(service)['type'] === 'ExternalName'
    ? []
    : wanted.filter((each) => !(serviceSpec(service).ports ?? []).some(({ port, name }) => port === each || name === each));

/** The canary's Service with these ports as stable's has them. `undefined` where stable's has not all of them. */
export function withPorts(
  service: KubernetesObject,
  stableService: KubernetesObject,
  wanted: readonly (number | string)[],
): KubernetesObject | undefined {
  const all = serviceSpec(stableService).ports ?? [];
  const added = all.filter(({ port, name }) => wanted.includes(port) || (name !== undefined && wanted.includes(name)));
  if (missingPorts(stableService, wanted).length > 0) return undefined;
  // One port has one name, and among several each has one of its own.
  const kept = (serviceSpec(service).ports ?? []).filter(({ port }) => !added.some((each) => each.port === port));
  const isTaken = (name: string | undefined) => name === undefined || added.some((each) => each.name === name);
  const named = (port: ServicePort): ServicePort => ({ ...port, name: `${port.name ?? 'port'}-${port.port}` });
  const ports =
    kept.length + added.length === 1
      ? added
      : [
          ...kept.map((each) => (isTaken(each.name) ? named(each) : each)),
          ...added.map((each) => (each.name === undefined ? named(each) : each)),
        ];
  const { selector = {} } = serviceSpec(service);
  const model = { ...service, spec: { ...serviceSpec(service), ports } };
  return serviceLike(model, stableService, service.metadata.name, selector);
}

const serviceLike = (model: KubernetesObject, stableService: KubernetesObject, name: string, selector: Labels): KubernetesObject =>
  manifest(stableService, name, { selector, ports: (serviceSpec(model).ports ?? []).map(portOf) });

/** Without what belongs to one Service alone: a node port. */
const portOf = ({ name, port, targetPort, protocol, appProtocol }: ServicePort): ServicePort => ({
  ...(name === undefined ? {} : { name }),
  port,
  ...(targetPort === undefined ? {} : { targetPort }),
  ...(protocol === undefined ? {} : { protocol }),
  ...(appProtocol === undefined ? {} : { appProtocol }),
});

const manifest = (beside: KubernetesObject, name: string, spec: object): KubernetesObject => ({
  apiVersion: Service.apiVersion,
  kind: Service.kind,
  metadata: { name, ...(beside.metadata.namespace === undefined ? {} : { namespace: beside.metadata.namespace }) },
  spec,
});
