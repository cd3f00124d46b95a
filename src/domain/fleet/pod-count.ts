import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { parseQuantity } from '../units/quantity.ts';
import type { PodRequest } from './room.ts';

/** So many pods, each of this size. */
export interface PodCount {
  readonly pods: number;
  readonly request: PodRequest;
}

const remedy = 'Write pods, cores and memory of each, such as `5 x 500m/1Gi`.';

/** `5 x 500m/1Gi` */
export function parsePodCount(text: string): Parsed<PodCount> {
  const [, pods, cores, bytes] = /^\s*(\d{1,6})\s*x\s*([^\s/]+)\s*\/\s*([^\s/]+)\s*$/.exec(text) ?? [];
  if (pods === undefined || cores === undefined || bytes === undefined) return refused('is no number of pods with their size', remedy);
  const cpu = parseQuantity(cores);
  if (!cpu.ok) return refused(`has cores that are not one: \`${cores}\` ${cpu.problem}`, remedy);
  const memory = parseQuantity(bytes);
  if (!memory.ok) return refused(`has a memory that is none: \`${bytes}\` ${memory.problem}`, remedy);
  return parsed({ pods: Number(pods), request: { cpu: cpu.value, memory: memory.value } });
}
