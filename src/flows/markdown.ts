/** Foreign text as inert Markdown: no HTML, no link, no table border, no mention, on one line. */
export const inert = (text: string): string =>
  text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]<>()#+!|~@]/g, (character) => `&#${character.charCodeAt(0)};`);

/** Foreign text as a block of code, whatever backticks are in it. */
export function codeBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** Foreign text as a word of code. */
export const code = (text: string): string => `<code>${inert(text)}</code>`;

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A folded list that counts its lines; none where there is nothing to list. */
export const section = (title: string, lines: readonly string[], open = false): readonly string[] =>
  lines.length === 0
    ? []
    : [
        `<details${open ? ' open' : ''}><summary>${title} (${lines.length})</summary>`,
        '',
        ...lines.map((line) => `- ${line}`),
        '',
        '</details>',
        '',
      ];
