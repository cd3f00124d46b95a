import { codeBlock, inert } from './markdown.ts';

interface Ended {
  readonly outcome: string;
  readonly reason: string;
  readonly remedy: string | undefined;
}

/** How a summary begins: what became of the service, the first line of why, what follows it, and what to do. */
export function endingHeading(sign: string | undefined, service: string, { outcome, reason, remedy }: Ended): readonly string[] {
  const [first = '', ...rest] = reason.split('\n');
  return [
    `## ${sign} ${service}: ${outcome}`,
    '',
    inert(first),
    '',
    ...(rest.length === 0 ? [] : [codeBlock(rest.join('\n')), '']),
    ...(remedy === undefined ? [] : [`**What to do:** ${inert(remedy)}`, '']),
  ];
}
