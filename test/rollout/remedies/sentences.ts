import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** A sentence of the preflight as it stands in the source: what is filled in may be anything. */
export interface Sentence {
  /** `src/domain/rollout/quota.ts: …` */
  readonly source: string;
  readonly pattern: RegExp;
}

const root = join(import.meta.dirname, '../../..');

/** What the preflight is made of: it, what it imports, and what these import; every router. */
function sources(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const read = (path: string): void => {
    if (found.has(path)) return;
    const text = readFileSync(path, 'utf8');
    found.set(path, text);
    for (const [, from = ''] of text.matchAll(/from '(\.[^']+)'/g)) read(join(dirname(path), from));
  };
  for (const path of ['src/flows/canary/preflight.ts', 'src/domain/traffic/index.ts']) read(join(root, path));
  return found;
}

/** Each text that is given as the `what` of a problem. */
export const sentences = (): readonly Sentence[] =>
  [...sources()].flatMap(([path, text]) =>
    /\b(?:Problem|Findings|SelfTest)\b/.test(text) ? whatsIn(text).map((parts) => sentenceOf(relative(root, path), parts)) : [],
  );

const sentenceOf = (file: string, parts: readonly string[]): Sentence => ({
  source: `${file}: ${parts.join('…')}`,
  pattern: new RegExp(`^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('[^]*')}$`),
});

/** The fixed parts of each text. */
function whatsIn(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/\bwhat(?::| =)\s*(['"`])/g)].map(({ index, 0: match, 1: quote = '' }) => {
    const from = index + match.length;
    return quote === '`' ? template(text, from) : [text.slice(from, text.indexOf(quote, from))];
  });
}

/** Of a template literal whose first character stands at `from`. */
function template(text: string, from: number): readonly string[] {
  const parts = [''];
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '`') return parts;
    if (character === '\\') {
      at += 1;
      parts[parts.length - 1] += text[at] ?? '';
    } else if (character === '$' && text[at + 1] === '{') {
      at = endOfHole(text, at + 2);
      parts.push('');
    } else parts[parts.length - 1] += character;
  }
  throw new Error('A template without an end.');
}

/** The position of the brace that closes a hole, past everything that is nested in it. */
function endOfHole(text: string, from: number): number {
  for (let [at, depth] = [from, 1]; at < text.length; at += 1) {
    const character = text[at];
    if (character === '{') depth += 1;
    else if (character === '}' && --depth === 0) return at;
    else if (character === "'" || character === '"') at = text.indexOf(character, at + 1);
    else if (character === '`') at = endOfTemplate(text, at + 1);
  }
  throw new Error('A hole without an end.');
}

function endOfTemplate(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '`') return at;
    if (text[at] === '\\') at += 1;
    else if (text[at] === '$' && text[at + 1] === '{') at = endOfHole(text, at + 2);
  }
  throw new Error('A template without an end.');
}
