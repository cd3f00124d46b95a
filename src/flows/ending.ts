import type { Annotation } from './flow.ts';
import { codeBlock, inert } from './markdown.ts';
import type { Writing } from './writing.ts';

// How an ending looks, whatever action it is of: in the summary, as an annotation, in a message.

export const signs = {
  promoted: '✅',
  analysed: '✅',
  done: '✅',
  'nothing-to-do': '✅',
  paused: '⏸️',
  'rolled-back': '↩️',
  aborted: '⏹️',
  superseded: '⏭️',
  stopped: '✋',
  failed: '❌',
  'not-started': '⛔',
  unknown: '❓',
} as const;

/** Of a message to people about it. */
export const severities = {
  promoted: 'info',
  analysed: 'info',
  paused: 'info',
  'rolled-back': 'warning',
  aborted: 'warning',
  stopped: 'warning',
  'not-started': 'warning',
  unknown: 'critical',
} as const;

interface Ended {
  readonly outcome: keyof typeof signs;
  readonly reason: string;
  readonly remedy: string | undefined;
}

/** How a summary begins: what became of the subject (Markdown), the first line of why, what follows it, and what to do. */
export function endingHeading(subject: string, { outcome, reason, remedy }: Ended): readonly string[] {
  const [first = '', ...rest] = reason.split('\n');
  return [
    `## ${signs[outcome]} ${subject}: ${outcome}`,
    '',
    inert(first),
    '',
    ...(rest.length === 0 ? [] : [codeBlock(rest.join('\n')), '']),
    ...(remedy === undefined ? [] : [`**What to do:** ${inert(remedy)}`, '']),
  ];
}

/** A list is announced by its first line, which says nothing without what comes first in it. */
export function inOneLine(reason: string): string {
  const [first = '', second] = reason.split('\n');
  return first.endsWith(':') && second !== undefined ? `${first} ${second.replace(/^- /, '')}` : first;
}

/** Of an ending that somebody has to look at. What is listed is all shown: it is what has to be mended. */
export function annotationOf(subject: string, { outcome, reason, remedy }: Ended): Annotation {
  const [first = ''] = reason.split('\n');
  return {
    level: outcome === 'unknown' ? 'error' : 'warning',
    title: `${subject}: ${outcome}`,
    text: `${first.endsWith(':') ? reason : first}${remedy === undefined ? '' : `\n→ ${remedy}`}`,
  };
}

/** With the time of day. Foreign text, as it is. */
export const writtenLines = (writes: readonly Writing[]): readonly string[] => writes.map(({ at, what }) => `${at.slice(11, 19)} ${what}`);
