import type { KubernetesObject } from '../domain/kubernetes/object.ts';
import { templateOf } from '../domain/kubernetes/pod-template.ts';
import { type PodTemplate, serviceSpec } from '../domain/kubernetes/workload.ts';

interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
}

/** Where the pods behind a Service listen: the target of its first port, with a named one looked up in the pod template. */
export function targetPort(service: KubernetesObject, deployment: KubernetesObject): number {
  const [first] = serviceSpec(service).ports ?? [];
  const target = first?.targetPort ?? first?.port ?? 80;
  if (typeof target === 'number') return target;
  return portsOf(templateOf(deployment)).find(({ name }) => name === target)?.containerPort ?? first?.port ?? 80;
}

/** Where pods of which no Service tells are taken to listen: the first port that their template declares. */
export const declaredPort = (template: PodTemplate): number | undefined => portsOf(template)[0]?.containerPort;

const portsOf = ({ spec }: PodTemplate): readonly ContainerPort[] =>
  (spec?.containers ?? []).flatMap((container) => (container['ports'] ?? []) as readonly ContainerPort[]);
