import type { ActionResult, RunningAction } from '../actions/runner.ts';
import type { Lab } from '../lab/lab.ts';
import { isRenewal, startApiProxy } from './api-proxy.ts';

/** After which of its writes a run is killed. */
export interface KillMoment {
  /** Counted from 1. */
  readonly write: number;
  /** Whether the runner got the answer to it. */
  readonly heard: boolean;
}

export interface KilledRun {
  readonly result: ActionResult;
  readonly writes: readonly string[];
}

/** Lets a run work by way of a proxy, and kills it at its moment. Without one nobody disturbs it. */
export async function killedAt(lab: Lab, start: (kubeconfig: string) => RunningAction, kill?: KillMoment): Promise<KilledRun> {
  const proxy = await startApiProxy(lab);
  const writes: string[] = [];
  const action = start(proxy.kubeconfig);
  proxy.onWrite = (write) => {
    // A health check is a port-forward, which is created too.
    if (isRenewal(write) || write.resource === 'pods') return 'answered';
    writes.push(`${write.method} ${write.resource} ${write.name ?? ''}`);
    if (writes.length !== kill?.write) return 'answered';
    if (kill.heard) return 'last answer';
    action.kill();
    return 'broken';
  };
  proxy.onLastAnswer = () => action.kill();
  try {
    return { result: await action.result, writes };
  } finally {
    await proxy.close();
  }
}
