import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Writes the report into a folder of its own, readable by this user alone, and answers with its path. */
export function writeReport(report: Readonly<Record<string, unknown>>, environment: Readonly<Record<string, string | undefined>>): string {
  const folder = mkdtempSync(join(environment['RUNNER_TEMP'] ?? tmpdir(), 'wf-deploy-'));
  const path = join(folder, 'report.json');
  writeFileSync(path, `${JSON.stringify(report, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return path;
}
