import type { Container, PodSpec, PodTemplate, Resources } from '../kubernetes/workload.ts';
import { parseQuantity } from '../units/quantity.ts';

/** What one pod takes of a resource that a quota counts. */
export type PodNeed =
  | { readonly is: 'amount'; readonly amount: number }
  | { readonly is: 'irrelevant' }
  | { readonly is: 'missing'; readonly container: string; readonly field: string }
  | { readonly is: 'unreadable'; readonly reason: string };

/** `resource` as a ResourceQuota names it: `pods`, `cpu`, `requests.memory`, `limits.cpu`, `requests.nvidia.com/gpu`, … */
export function needOf(resource: string, { spec = {} }: PodTemplate): PodNeed {
  if (resource === 'pods' || resource === 'count/pods') return { is: 'amount', amount: 1 };
  const counted = countedAs(resource);
  if (counted === undefined) return { is: 'irrelevant' };
  const { kind, name } = counted;
  const whole = amountIn(spec.resources, kind, name);
  const main = (spec.containers ?? []).map((container) => ({ container, amount: amountIn(container.resources, kind, name) }));
  const init = (spec.initContainers ?? []).map((container) => ({ container, amount: amountIn(container.resources, kind, name) }));
  const overhead = spec.overhead?.[name];
  const unreadable = [whole, ...[...main, ...init].map(({ amount }) => amount), overhead === undefined ? 0 : quantity(overhead)].find(
    Number.isNaN,
  );
  if (unreadable !== undefined) return { is: 'unreadable', reason: `a pod's ${kind}.${name} is not a quantity` };
  const lacking = [...main, ...init].find(({ amount }) => amount === undefined);
  // Kubernetes demands a figure of every container for these alone; of anything else a container without one takes nothing.
  if (whole === undefined && lacking !== undefined && (name === 'cpu' || name === 'memory')) {
    return { is: 'missing', container: lacking.container.name, field: `resources.${kind}.${name}` };
  }
  return { is: 'amount', amount: (whole ?? atOnce(main, init)) + (overhead === undefined ? 0 : quantity(overhead)) };
}

/** What one pod asks for, as the scheduler counts it: a container that says nothing takes nothing. NaN when an amount cannot be read. */
export function scheduledNeed(name: 'cpu' | 'memory', spec: PodSpec): number {
  const shares = (containers: readonly Container[] = []): readonly Share[] =>
    containers.map((container) => ({ container, amount: amountIn(container.resources, 'requests', name) }));
  const whole = amountIn(spec.resources, 'requests', name);
  const overhead = spec.overhead?.[name];
  return (whole ?? atOnce(shares(spec.containers), shares(spec.initContainers))) + (overhead === undefined ? 0 : quantity(overhead));
}

interface Counted {
  readonly kind: 'requests' | 'limits';
  readonly name: string;
}

function countedAs(resource: string): Counted | undefined {
  if (['cpu', 'memory', 'ephemeral-storage'].includes(resource) || resource.startsWith('hugepages-'))
    return { kind: 'requests', name: resource };
  const [, kind, name] = /^(requests|limits)\.(.+)$/.exec(resource) ?? [];
  // requests.storage counts volume claims, which a canary does not make.
  if (name === undefined || name === 'storage') return undefined;
  return { kind: kind === 'limits' ? 'limits' : 'requests', name };
}

/** A request that is left out is the limit, as the API server fills it in. NaN when it cannot be read. */
function amountIn(resources: Resources | undefined, kind: Counted['kind'], name: string): number | undefined {
  const text = resources?.[kind]?.[name] ?? (kind === 'requests' ? resources?.limits?.[name] : undefined);
  return text === undefined ? undefined : quantity(text);
}

function quantity(text: string | number): number {
  const amount = parseQuantity(String(text));
  return amount.ok ? amount.value : Number.NaN;
}

type Share = { readonly container: Container; readonly amount: number | undefined };

/**
 * What the containers take at the same time at most, as the scheduler counts it: either all main containers and sidecars, or one
 * init container beside the sidecars that were started before it.
 */
function atOnce(main: readonly Share[], init: readonly Share[]): number {
  let sidecars = 0;
  let peak = 0;
  for (const { container, amount = 0 } of init) {
    if (container.restartPolicy === 'Always') sidecars += amount;
    peak = Math.max(peak, container.restartPolicy === 'Always' ? sidecars : sidecars + amount);
  }
  return Math.max(peak, sidecars + main.reduce((sum, { amount = 0 }) => sum + amount, 0));
}
