/**
 * Its pods go on serving for longer, after they were told to end, than the gateway may take to learn of that on a machine that is slow. With
 * less they would be gone while users are still sent to them, whatever a deployment does.
 */
export function longDrain(object: Record<string, unknown>): void {
  if (object['kind'] !== 'Deployment') return;
  const { spec } = (object['spec'] as { template: { spec: PodSpec } }).template;
  // More than this drain and the service's own SHUTDOWN_TIMEOUT (25s) together.
  spec.terminationGracePeriodSeconds = 50;
  for (const container of spec.containers) container.env = [...(container.env ?? []), { name: 'DRAIN', value: '20s' }];
}

interface PodSpec {
  terminationGracePeriodSeconds?: number;
  readonly containers: { env?: readonly object[] }[];
}
