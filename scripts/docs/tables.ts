import type { ActionMetadata } from '../action-metadata.ts';

/** The README with the tables between its markers made anew. Throws when a marker is missing. */
export function withTables(readme: string, action: ActionMetadata): string {
  return between(between(readme, 'inputs', inputTable(action)), 'outputs', outputTable(action));
}

function between(text: string, marker: string, table: string): string {
  const [begin, end] = [`<!-- ${marker}: made from action.yml by \`npm run docs\` -->`, `<!-- /${marker} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`The README needs the lines\n${begin}\n${end}`);
  return `${text.slice(0, from + begin.length)}\n${table}${text.slice(to)}`;
}

function inputTable({ inputs }: ActionMetadata): string {
  const rows = inputs.map(({ name, description, required, default: value }) => [
    `\`${name}\``,
    cell(description),
    required ? '**required**' : value ? `\`${cell(value)}\`` : '',
  ]);
  return table(['input', 'what it is', 'default'], rows);
}

function outputTable({ outputs }: ActionMetadata): string {
  return table(
    ['output', 'what it is'],
    outputs.map(({ name, description }) => [`\`${name}\``, cell(description)]),
  );
}

/** docs/errors.md. A heading for each code, so that a message can link to it. */
export function errorPage(codes: Readonly<Record<string, string>>, retired: Readonly<Record<string, string>>): string {
  const parts = (of: Readonly<Record<string, string>>, heading: string): string =>
    Object.entries(of)
      .map(([code, sentence]) => `${heading} ${code}\n\n${sentence}\n`)
      .join('\n');
  const gone = Object.keys(retired).length === 0 ? '' : `\n## Not given any more\n\n${retirement}\n\n${parts(retired, '###')}`;
  return `# Errors\n\n<!-- Made from src/failure-codes.ts by \`npm run docs\`. -->\n\n${introduction}\n\n${parts(codes, '##')}${gone}`;
}

const retirement = 'Reports of earlier releases may hold these. None of them is used for anything else.';

const introduction = `Every error of wf-deploy has one of these codes. The message says what happened, with the values at hand, and after \`→\` what can be done
about it. A code keeps its meaning for ever: alerts and scripts may rely on it. It is the title of the annotation when nothing was started,
and \`code\` in the report file otherwise.`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ');
