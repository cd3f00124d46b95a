import type { World } from '../ports/worlds/cluster.ts';

type Running = Pick<World, 'run'>;

/** How this process is named in what it asks, holds and records: who started it, and where it can be read. */
export const whoActs = ({ run }: Running): string => run.actor ?? run.holder;
export const whereItRuns = ({ run }: Running): string => run.page ?? run.holder;
