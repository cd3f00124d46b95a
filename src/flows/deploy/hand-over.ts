import type { ClusterWay, FleetWorld } from '../../ports/worlds/fleet.ts';
import type { FleetGround } from './fleet-preflight.ts';
import { lockKey } from './locks.ts';
import type { DeployPlan } from './plan.ts';

/** What a successor has to look at in one cluster, in the order of the way back. */
export interface HandedTarget {
  readonly name: string;
  readonly way: ClusterWay;
  readonly namespace: string;
  readonly services: readonly string[];
}

/** `open`: what the run changed goes back. `keep`: it was decided that everything stays, and only the tidying up is left. */
export function handOver(fleet: FleetWorld, { onFailure }: DeployPlan, { file, grounds }: FleetGround, decision: 'open' | 'keep'): void {
  const targets = grounds
    .filter(({ parts }) => parts.some(({ there }) => !there))
    .map(({ target, parts }): HandedTarget => {
      const changing = parts.filter(({ there }) => !there);
      const settings = changing.filter(({ part }) => part.settings).map(({ part }) => part.name);
      const services = changing.filter(({ part }) => !part.settings).map(({ part }) => part.name);
      const { name, way, namespace } = target;
      return { name, way, namespace, services: [...new Set([...settings, ...services.reverse(), file.name])] };
    });
  fleet.handover.save({ open: 'true', holder: fleet.run.holder, decision, 'on-failure': onFailure, targets: JSON.stringify(targets) });
}

export function handedTargets(text: string): readonly HandedTarget[] {
  return JSON.parse(text === '' ? '[]' : text) as readonly HandedTarget[];
}

/** With `on-failure: stop` each part is decided by itself: what it was told before its last words. */
export function keepingTrack({ handover }: Pick<FleetWorld, 'handover'>): (cluster: string, part: string) => void {
  const kept: string[] = [];
  return (cluster, part) => {
    kept.push(lockKey(cluster, part));
    handover.save({ kept: JSON.stringify(kept) });
  };
}

export function handedKept(text: string): readonly string[] {
  return JSON.parse(text === '' ? '[]' : text) as readonly string[];
}
