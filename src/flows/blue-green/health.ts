import { durationText } from '../../domain/units/duration.ts';
import { Failure } from '../../failure.ts';
import type { Forward } from '../../ports/pods.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import type { HealthWish } from './plan.ts';

export interface Asking {
  readonly namespace: string;
  readonly pods: readonly string[];
  readonly port: number;
  readonly health: HealthWish;
  readonly signal: AbortSignal;
  /** Names of those that are not gone, asked after a connection broke: an autoscaler takes pods away from a colour without requests. */
  readonly left?: () => Promise<readonly string[]>;
}

/** Connections that break say nothing about the version: so often is counting begun anew. */
const mostBreaks = 3;

export type HealthAnswer = { readonly is: 'good' } | { readonly is: 'bad' | 'no-answer'; readonly text: string };

/**
 * So many answers of 200 in a row, of one pod after the other, by port-forward: before any user gets there. Another status ends it at
 * once. Throws SMOKE_FAILED, and NO_DATA where nobody answers.
 */
export async function askHealth(world: World, asking: Asking): Promise<string> {
  const { health, signal, left } = asking;
  let { pods } = asking;
  const forwards = new Map<string, Forward>();
  try {
    let breaks = 0;
    for (let count = 0; count < health.checks; ) {
      const name = pods[count % pods.length] ?? '';
      const forward = forwards.get(name) ?? (await world.pods.forward({ namespace: asking.namespace, name }, asking.port));
      forwards.set(name, forward);
      const answer = await askOnce(world, forward, asking, name);
      if (answer.is === 'good') count += 1;
      else if (answer.is === 'bad' || breaks >= mostBreaks)
        throw new Failure(
          answer.is === 'bad' ? 'SMOKE_FAILED' : 'NO_DATA',
          `Health check ${count + 1} of ${health.checks} failed: ${answer.text}.`,
          'Mend the new version. Users stayed where they were.',
        );
      else {
        breaks += 1;
        count = 0;
        world.log.line(`  ${answer.text}: counting begins anew`);
        await forward.close();
        forwards.delete(name);
        const there = await left?.();
        const remaining = pods.filter((pod) => there?.includes(pod) !== false);
        if (remaining.length > 0) pods = remaining;
      }
      if (count < health.checks) await world.clock.sleep(health.every, signal);
    }
    return `GET ${health.path} answered 200 ${health.checks} times in a row, ${durationText(health.every)} apart, asked of ${Math.min(pods.length, health.checks)} pods`;
  } finally {
    await Promise.all([...forwards.values()].map((forward) => forward.close()));
  }
}

/** One question to one pod. */
export async function askPod(world: World, asking: Asking): Promise<HealthAnswer> {
  const [name = ''] = asking.pods;
  const forward = await world.pods.forward({ namespace: asking.namespace, name }, asking.port);
  try {
    return await askOnce(world, forward, asking, name);
  } finally {
    await forward.close();
  }
}

async function askOnce(world: World, forward: Forward, { health, signal }: Asking, pod: string): Promise<HealthAnswer> {
  const answer = await world.probe.get(`${forward.url}${health.path}`, { headers: {}, timeoutSeconds: 5, signal });
  signal.throwIfAborted();
  if (answer.is === 'no-answer')
    return { is: 'no-answer', text: `GET ${health.path} of pod ${pod} gave no answer (${forward.problem() ?? answer.reason})` };
  return answer.status === 200
    ? { is: 'good' }
    : { is: 'bad', text: `GET ${health.path} of pod ${pod} answered ${answer.status} instead of 200` };
}
