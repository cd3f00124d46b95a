/** A workflow command, as an action prints it: `::error title=T::text`. */
export interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** The commands among lines of output, decoded as the runner does. */
export function parseCommands(lines: readonly string[]): readonly Command[] {
  return lines.flatMap((line) => {
    const [, name, properties = '', message = ''] = /^::([a-zA-Z-]+)(?: ([^:]*))?::(.*)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = properties.split(',').filter((pair) => pair.includes('='));
    return [{ name, properties: Object.fromEntries(pairs.map(property)), message: decoded(message) }];
  });
}

function property(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return [
    pair.slice(0, at).trim(),
    decoded(
      pair
        .slice(at + 1)
        .replaceAll('%3A', ':')
        .replaceAll('%2C', ','),
    ),
  ];
}

const decoded = (text: string): string => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');

/**
 * What an action wrote to the files behind GITHUB_OUTPUT, GITHUB_STATE and GITHUB_ENV: `name=value` or `name<<END`, lines, `END`.
 * Throws where the runner would fail the step.
 */
export function parseFileCommands(text: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line === '') continue;
    const [, name, delimiter] = /^([^=]*?)<<(.+)$/.exec(line) ?? [];
    if (name !== undefined && delimiter !== undefined) {
      const end = lines.indexOf(delimiter, at + 1);
      if (end < 0) throw new Error(`No end of the value ${name}: no line \`${delimiter}\`.`);
      values[name] = lines.slice(at + 1, end).join('\n');
      at = end;
      continue;
    }
    const equals = line.indexOf('=');
    if (equals < 1) throw new Error(`The line \`${line}\` is neither name=value nor name<<END.`);
    values[line.slice(0, equals)] = line.slice(equals + 1);
  }
  return values;
}
