/** A PromQL string literal. */
export const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

/** Text that a PromQL (RE2) pattern matches literally. */
export const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const literal = String.raw`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\`[^\`]*\``;
const partners: Readonly<Record<string, string>> = { ')': '(', '}': '{', ']': '[' };

/**
 * A PromQL text with its string literals emptied, so that what is left is structure; `undefined` when a quote or a bracket has no
 * partner, or when a comment could swallow what is put behind it.
 */
export function structureOf(promql: string): string | undefined {
  const structure = promql.replace(new RegExp(literal, 'g'), '""');
  if (/['`#]/.test(structure) || structure.replaceAll('""', '').includes('"')) return undefined;
  const open: string[] = [];
  for (const character of structure) {
    if ('({['.includes(character)) open.push(character);
    else if (character in partners && open.pop() !== partners[character]) return undefined;
  }
  return open.length === 0 ? structure : undefined;
}

/** Puts a text in the place of each `$name` that stands outside of string literals. */
export const filled = (promql: string, values: Readonly<Record<string, string>>): string =>
  promql.replace(new RegExp(`${literal}|\\$([a-zA-Z_]\\w*)`, 'g'), (whole, name?: string) =>
    name !== undefined && Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
  );

/** Puts a text in the place of one `$name` within string literals. */
export const filledInStrings = (promql: string, name: string, value: string): string =>
  promql.replace(new RegExp(literal, 'g'), (string) => string.replace(new RegExp(String.raw`\$${name}(?!\w)`, 'g'), () => value));

/** The names of all `$name`s that stand within string literals. */
export const placeholdersInStrings = (promql: string): readonly string[] =>
  [...promql.matchAll(new RegExp(literal, 'g'))].flatMap(([string]) => placeholdersOf(string));

/** The names of all `$name`s in a text. */
export const placeholdersOf = (structure: string): readonly string[] =>
  [...structure.matchAll(/\$([a-zA-Z_]\w*)/g)].map(([, name = '']) => name);
