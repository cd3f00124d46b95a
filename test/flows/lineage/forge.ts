import type { Comparison } from '../../../src/domain/evidence/comparison.ts';
import { answers, type NewDeployment, type RecordedDeployment } from '../../../src/domain/evidence/deployment.ts';
import { Failure } from '../../../src/failure.ts';
import type { Forge } from '../../../src/ports/forge.ts';

export const commit = (number: number): string => `c${number.toString(16).padStart(39, '0')}`;
const numberOf = (name: string): number => Number.parseInt(name.slice(1), 16);

export interface MemoryForge extends Forge {
  readonly records: NewDeployment[];
  readonly asked: string[];
  /** Thrown by everything that is named. */
  failing: (what: string) => Failure | undefined;
}

/** A forge with one straight history of commits 1 to 99; 100 and above are on another line that left it at 50; 200 and above are not known. */
export function memoryForge(): MemoryForge {
  const records: NewDeployment[] = [];
  const asked: string[] = [];
  const recorded = (): readonly RecordedDeployment[] =>
    records.map(({ environment: _, ...each }, index) => ({ ...each, id: index + 1, at: '2026-03-01T10:00:00.000Z' })).toReversed();
  const forge: MemoryForge = {
    records,
    asked,
    failing: () => undefined,
    tree: (name) => does(`tree ${numberOf(name)}`, () => (numberOf(name) >= 200 ? undefined : name.replace('c', 'e'))),
    compare: (base, head) => does(`compare ${numberOf(base)} ${numberOf(head)}`, () => comparison(numberOf(base), numberOf(head))),
    changes: (base, head) =>
      does(`changes ${numberOf(base)} ${numberOf(head)}`, () => ({
        commits: numberOf(head) - numberOf(base),
        pullRequests: [{ number: 12, title: 'A [link](x)', author: 'hubot' }],
        direct: [{ commit: head, title: 'Fix', author: '' }],
        more: 3,
      })),
    deployments: (query) =>
      does(`deployments ${query.environment}`, () => ({
        found: recorded().filter((each, index) => answers(query, each) && records.toReversed()[index]?.environment === query.environment),
      })),
    record: (deployment) => does(`record ${deployment.state} ${deployment.environment}`, () => void records.push(deployment)),
  };
  async function does<T>(what: string, work: () => T): Promise<T> {
    asked.push(what);
    await Promise.resolve();
    const failure = forge.failing(what);
    if (failure !== undefined) throw failure;
    return work();
  }
  return forge;
}

function comparison(base: number, head: number): Comparison {
  if (base >= 200 || head >= 200) return { is: 'unknown' };
  if (base === head) return { is: 'identical' };
  if (base >= 100 !== head >= 100) return { is: 'diverged', ahead: 1, behind: 1 };
  return head > base ? { is: 'ahead', by: head - base } : { is: 'behind', by: base - head };
}

export const forgeDown = (): Failure => new Failure('FORGE_UNREACHABLE', 'GitHub gave no answer.', 'Wait.');
