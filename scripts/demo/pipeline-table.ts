import { textTable } from '../text-table.ts';

/** How one push fared. */
export interface PipelineRow {
  readonly push: string;
  /** Each gate that ran, with its outcome. */
  readonly gates: Readonly<Record<string, string>>;
  readonly expected: Readonly<Record<string, string>>;
  /** Whether users have the version of this push. */
  readonly reachedUsers: boolean;
  readonly shouldReachUsers: boolean;
  /** Requests of users without an answer of the service. */
  readonly failedByTool: number;
}

const inWords = (gates: Readonly<Record<string, string>>): string =>
  Object.entries(gates)
    .map(([gate, outcome]) => `${gate} ${outcome}`)
    .join(', ');

export function pipelineTable(rows: readonly PipelineRow[]): string {
  return textTable(
    ['push', 'gates', 'users have it', 'failed by the tool'],
    rows.map((row) => [row.push, inWords(row.gates), row.reachedUsers ? 'yes' : 'no', row.failedByTool]),
  );
}

/** One sentence for each row that is not as it should be. */
export function pipelineDisappointments(rows: readonly PipelineRow[]): readonly string[] {
  return rows.flatMap(({ push, gates, expected, reachedUsers, shouldReachUsers, failedByTool }) => [
    ...(inWords(gates) === inWords(expected)
      ? []
      : [`${push} should have ended with: ${inWords(expected)}. It ended with: ${inWords(gates)}.`]),
    ...(reachedUsers === shouldReachUsers ? [] : [`Users ${reachedUsers ? 'have' : 'do not have'} the version of ${push}.`]),
    ...(failedByTool === 0 ? [] : [`${failedByTool} requests failed during ${push}.`]),
  ]);
}
