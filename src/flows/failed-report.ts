import type { Failure } from '../failure.ts';
import { inOneLine } from './ending.ts';
import type { Report } from './flow.ts';
import { code, codeBlock, inert } from './markdown.ts';

const signs = { 'not-started': '⛔', unknown: '❓' } as const;

/** The report of a step that ended without a result of its own. `what` says what that means for the cluster. */
export const failedReport = (outcome: 'not-started' | 'unknown', failure: Failure, what: string): Report => ({
  succeeded: false,
  outputs: { outcome, reason: inOneLine(failure.what) },
  summary: [
    `## ${signs[outcome]} ${outcome}`,
    '',
    `${code(failure.code)} ${what}`,
    '',
    codeBlock(failure.what),
    '',
    `**What to do:** ${inert(failure.remedy)}`,
    '',
  ].join('\n'),
  file: undefined,
  annotation: {
    level: 'error',
    title: failure.code,
    text: failure.message.includes(what) ? failure.message : `${failure.message}\n${what}`,
  },
});
