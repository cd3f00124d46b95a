import type { ToolReport } from '../../domain/gates/finding.ts';
import { bandit } from './bandit.ts';
import { black } from './black.ts';
import { eslint } from './eslint.ts';
import { goVet } from './go-vet.ts';
import { gofmt } from './gofmt.ts';
import { golangciLint } from './golangci-lint.ts';
import { mypy } from './mypy.ts';
import { prettier } from './prettier.ts';
import type { ReadContext, ReportReader } from './reader.ts';
import { ruff } from './ruff.ts';
import { sarif } from './sarif.ts';
import { trivy } from './trivy.ts';
import { tsc } from './tsc.ts';
import { Unreadable } from './unreadable.ts';
import type { Bytes } from './utf8.ts';

/** Every format that can be read. */
export const readers: Readonly<Record<string, ReportReader>> = {
  bandit,
  black,
  eslint,
  'go-vet': goVet,
  gofmt,
  'golangci-lint': golangciLint,
  mypy,
  prettier,
  ruff,
  sarif,
  trivy,
  tsc,
};

/**
 * Reads a report of a registered format. `tool` is empty where the report itself says whose it is. What cannot be read, or says of itself that it is no answer, comes out unusable; nothing of it is
 * a pass.
 */
export async function readReport(format: string, tool: string, bytes: Bytes, context: ReadContext): Promise<readonly ToolReport[]> {
  const reader = readers[format];
  if (reader === undefined) throw new Error(`${format} is no format: the inputs were to see to that.`);
  try {
    const reports = await reader.read(bytes, context);
    return reports.map(({ tool: own, findings, notes, failed }) => {
      const name = tool === '' ? own : tool;
      return failed === undefined ? { state: 'read', tool: name, findings, notes } : { state: 'unusable', tool: name, findings, ...failed };
    });
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const name = tool === '' ? format : tool;
    return [{ state: 'unusable', tool: name, findings: [], why: `The report of ${name} ${error.why}.`, remedy: error.remedy }];
  }
}
