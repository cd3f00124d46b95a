import type { World } from '../ports/worlds/cluster.ts';

/** One write to the cluster, for the report. */
export interface Writing {
  /** ISO 8601. */
  readonly at: string;
  readonly what: string;
}

export function wrote({ world, writes }: { readonly world: World; readonly writes: Writing[] }, what: string): void {
  writes.push({ at: world.clock.now().toISOString(), what });
  world.log.line(`  ${what}`);
}
