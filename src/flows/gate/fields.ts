import { parseGrade } from '../../domain/gates/severity.ts';
import { tools } from '../../domain/gates/tools/index.ts';
import { parseDuration } from '../../domain/units/duration.ts';
import { type Parsed, parsed, refused } from '../../domain/units/parsed.ts';
import { recordOf, unknownKey } from '../../domain/units/record.ts';
import { shown } from '../../domain/units/shown.ts';
import { knownVariant } from '../../domain/units/variant.ts';
import { defaulting, optional } from '../input-fields.ts';
import type { OwnCommand } from './plan.ts';

/** Formats that a file of somebody else may have: a cut-off one can be told from a whole one. */
export const fileFormats: Readonly<Record<string, true>> = {
  bandit: true,
  eslint: true,
  'golangci-lint': true,
  ruff: true,
  sarif: true,
  trivy: true,
};

/** A path of the workspace, never one that leads out of it or looks like an option. */
export function parsePath(text: string): Parsed<string> {
  const remedy = 'Write a path relative to the workspace, such as `src`.';
  if (text.startsWith('-')) return refused('looks like an option', remedy);
  if (text.startsWith('/') || text.split(/[/\\]/).includes('..')) return refused('leads out of the workspace', remedy);
  return /\p{Cc}/u.test(text) || text.length > 1000 ? refused('is no path', remedy) : parsed(text);
}

export function parseWords<T>(parse: (word: string) => Parsed<T>): (text: string) => Parsed<readonly T[]> {
  return (text) => {
    const values: T[] = [];
    for (const word of text.split(/[\s,]+/).filter((each) => each !== '')) {
      const value = parse(word);
      if (!value.ok) return refused(`has a part \`${shown(word)}\` that ${value.problem}`, value.remedy);
      values.push(value.value);
    }
    return parsed(values);
  };
}

export const parseToolName = (text: string): Parsed<string> => {
  const tool = knownVariant(tools, text);
  return tool.ok ? parsed(text) : tool;
};

/** The fields that lint and scan share, in the order of their action.yml. */
export const placeFields = {
  paths: defaulting(parseWords(parsePath), '.'),
  'working-directory': defaulting(parsePath, '.'),
};

export const policyFields = {
  severity: defaulting(parseGrade, 'high'),
  suppressions: optional(parsePath),
  baseline: optional(parsePath),
};

export const timeoutField = { timeout: defaulting(parseDuration, '10m') };

const commandRemedy =
  'Write a list of entries with `name` and `run` (a list of the program and its arguments), and optionally `format`, `report`, `findings-exit`.';

export function parseCommands(value: unknown): Parsed<readonly OwnCommand[]> {
  if (!Array.isArray(value) || value.length === 0 || value.length > 50) return refused('is no list of 1 to 50 entries', commandRemedy);
  const commands: OwnCommand[] = [];
  for (const [index, each] of value.entries()) {
    const command = parseCommand(each);
    if (!command.ok) return refused(`has an entry ${index + 1} that ${command.problem}`, command.remedy);
    if (commands.some(({ name }) => name === command.value.name))
      return refused(`has the name \`${command.value.name}\` twice`, commandRemedy);
    commands.push(command.value);
  }
  return parsed(commands);
}

function parseCommand(value: unknown): Parsed<OwnCommand> {
  const entry = recordOf(value);
  if (entry === undefined) return refused('is no map', commandRemedy);
  const stray = unknownKey(entry, ['name', 'run', 'format', 'report', 'findings-exit']);
  if (stray !== undefined) return refused(`has an unknown field \`${shown(stray)}\``, commandRemedy);
  const { name, run, format, report } = entry;
  if (typeof name !== 'string' || !/^[A-Za-z0-9][\w.-]{0,59}$/.test(name))
    return refused('has no `name` of letters, digits, `-` and `.`', commandRemedy);
  if (!Array.isArray(run) || run.length === 0 || run.length > 200 || !run.every((word) => typeof word === 'string' && word.length < 4000))
    return refused('has no `run` that is a list of texts: a shell is never started', commandRemedy);
  if (format !== undefined) {
    const known = knownVariant(fileFormats, String(format));
    if (!known.ok) return refused(`has a \`format\` that ${known.problem}`, known.remedy);
  }
  const path = report === undefined ? undefined : parsePath(String(report));
  if (path !== undefined && !path.ok) return refused(`has a \`report\` that ${path.problem}`, path.remedy);
  if (path !== undefined && format === undefined) return refused('has a `report` without a `format`', commandRemedy);
  const exits = entry['findings-exit'] ?? [1];
  if (!Array.isArray(exits) || !exits.every((code) => Number.isInteger(code) && code > 0 && code < 256))
    return refused('has `findings-exit` that is no list of exit codes from 1 to 255', commandRemedy);
  return parsed({
    name,
    run: run as readonly string[],
    format: format === undefined ? undefined : String(format),
    report: path?.value,
    findingsExit: exits as readonly number[],
  });
}
