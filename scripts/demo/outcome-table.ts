import { textTable } from '../text-table.ts';

/** How one version fared. */
export interface DemoRow {
  readonly version: string;
  readonly outcome: string;
  readonly expected: string;
  /** Requests that the canary's pods answered. */
  readonly servedByCanary: number;
  /** Of these: answered with an error, or slower than the limit. */
  readonly bad: number;
  /** Requests without an answer of the service: what deploying may not cause. */
  readonly failedByTool: number;
}

export function outcomeTable(rows: readonly DemoRow[]): string {
  return textTable(
    ['version', 'outcome', 'expected', 'served by the canary', 'bad ones', 'failed by the tool'],
    rows.map((row) => [row.version, row.outcome, row.expected, row.servedByCanary, row.bad, row.failedByTool]),
  );
}

/** One sentence for each row that is not as it should be. */
export function disappointments(rows: readonly DemoRow[]): readonly string[] {
  return rows.flatMap(({ version, outcome, expected, servedByCanary, failedByTool }) => [
    ...(outcome === expected ? [] : [`${version} should have been ${expected} and is ${outcome}.`]),
    // Nothing can be said of a canary that nobody saw.
    ...(servedByCanary > 0 ? [] : [`The canary of ${version} served no request.`]),
    ...(failedByTool === 0 ? [] : [`${failedByTool} requests failed while ${version} was deployed.`]),
  ]);
}
