import type { Finding, ToolReport } from './finding.ts';
import { type Grade, reaches } from './severity.ts';
import type { ExitCodes } from './tool.ts';

/**
 * The report of a tool together with the way it ended. One that did not do its work, and one whose exit code and report say different
 * things, gives no answer. `undefined`: it was stopped.
 */
export function withExitCode(report: ToolReport, exitCode: number | undefined, exits: ExitCodes, threshold: Grade): ToolReport {
  const { tool, findings } = report;
  const unusable = (why: string, remedy: string): ToolReport => ({ state: 'unusable', tool, findings, why, remedy });
  const look = 'See its output in the log, and run it again.';
  if (exitCode === undefined) return unusable(`${tool} was stopped because its time was up.`, 'Give it more `timeout`, or less to do.');
  const found = exits.findings.includes(exitCode);
  if (!found && !exits.clean.includes(exitCode)) return unusable(`${tool} ended with exit code ${exitCode}: it did not do its work.`, look);
  if (report.state === 'unusable') return report;
  if (found && !exits.clean.includes(exitCode) && findings.length === 0)
    return unusable(`${tool} ended with exit code ${exitCode}, but its report holds nothing that it found.`, look);
  if (!exits.decide) return report;
  const blocks = ({ severity, excused }: Finding): boolean => excused !== true && reaches(severity, threshold);
  if (found && !exits.clean.includes(exitCode) && !findings.some(blocks))
    return unusable(`${tool} ended with exit code ${exitCode}, but its report holds nothing that blocks.`, look);
  return report;
}
