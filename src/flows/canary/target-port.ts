import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { deploymentSpec, serviceSpec } from '../../domain/kubernetes/workload.ts';

interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
}

/** Where the pods behind a Service listen: the target of its first port, with a named one looked up in the pod template. */
export function targetPort(service: KubernetesObject, deployment: KubernetesObject): number {
  const [first] = serviceSpec(service).ports ?? [];
  const target = first?.targetPort ?? first?.port ?? 80;
  if (typeof target === 'number') return target;
  const containers = deploymentSpec(deployment).template?.spec?.containers ?? [];
  const ports = containers.flatMap((container) => (container['ports'] ?? []) as readonly ContainerPort[]);
  return ports.find(({ name }) => name === target)?.containerPort ?? first?.port ?? 80;
}
