import type { Alert } from '../../ports/notifier.ts';

// With all of it in letters of three bytes, a card of Teams stays below its 28 KB, and a section of Slack below its 3,000 characters.
const mostMessage = 2000;
const mostLines = 30;
const mostFact = 250;
const mostFacts = 20;

/** An alert in bounded lines: no control or direction characters, which could forge a line or hide one. Not yet inert as markup. */
export interface Words {
  readonly title: string;
  readonly message: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Address of the run's page, fit to stand in a link; `undefined` when it has none. */
  readonly page: string | undefined;
}

export function wordsOf({ title, message, facts, run }: Alert): Words {
  return {
    title: line(title, 140) || 'wf-deploy',
    message: linesOf(message) || '(no reason given)',
    facts: Object.entries(facts)
      .map(([name, value]) => [line(name, 60), line(value, mostFact)] as const)
      .filter(([name, value]) => name !== '' && value !== '')
      .slice(0, mostFacts),
    page: pageOf(run),
  };
}

const linesOf = (message: string): string =>
  cut(
    message
      .slice(0, mostMessage * 2)
      .split(/\r\n|[\r\n\u2028\u2029]/)
      .slice(0, mostLines)
      .map((each) => line(each, mostMessage))
      .join('\n')
      .trim(),
    mostMessage,
  );

const line = (text: string, most: number): string =>
  cut(
    text
      .slice(0, most * 2)
      .toWellFormed()
      .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
      .trim(),
    most,
  );

/** Half a character is no text. */
const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;

function pageOf(run: string): string | undefined {
  if (!/^https?:\/\//.test(run) || !URL.canParse(run)) return undefined;
  return new URL(run).href.replace(/[()<>|"'`\\]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
