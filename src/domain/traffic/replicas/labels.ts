import { Service } from '../../kubernetes/kinds.ts';
import { type Labels, selectorOf } from '../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { serviceSpec } from '../../kubernetes/workload.ts';
import { oneOf, stableDeployment, stableServiceName } from '../around/objects.ts';
import type { Application } from '../router.ts';

export const canaryName = ({ deployments, service }: Application): string => deployments?.canary ?? `${service}-canary`;

/**
 * What the canary's pods are labelled with beside stable's labels, by which the Service finds them. One label that stable's Deployment selects
 * by, and the Service does not, gets another value, so that neither Deployment's selector fits the other's pods. Where there is none, none.
 */
export function canaryPodLabels(app: Application, around: readonly KubernetesObject[]): Labels | undefined {
  const service = oneOf(Service, stableServiceName(app), around);
  const stable = stableDeployment(app, around);
  if (service === undefined || stable === undefined) return undefined;
  const { matchLabels = {}, matchExpressions = [] } = selectorOf(stable);
  const selected = serviceSpec(service).selector ?? {};
  const telling = Object.keys(matchLabels).find(
    (key) => !Object.hasOwn(selected, key) && !matchExpressions.some((expression) => expression.key === key),
  );
  const name = canaryName(app);
  return telling === undefined || name.length > 63 ? {} : { [telling]: name };
}
