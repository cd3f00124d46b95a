import * as z from 'zod';
import { type CoverageThreshold, parseCoverageThreshold } from '../../domain/gates/coverage-threshold.ts';
import { parseTime } from '../../domain/units/duration.ts';
import { type Parsed, parsed, refused } from '../../domain/units/parsed.ts';
import type { RawInputs, WorkspaceConnections } from '../flow.ts';
import { type Clash, defaulting, parseInputs, required, requiredDocument } from '../input-fields.ts';

const commandRemedy =
  'Write the program and its arguments as a list, such as `[pytest, tests/, --junitxml=report.xml]`. No shell reads it.';

/** A program and its arguments; a single word is a program without any. */
export function parseCommand(value: unknown): Parsed<readonly string[]> {
  if (typeof value === 'string' && /^\S+$/.test(value)) return parsed([value]);
  if (!Array.isArray(value) || value.length === 0) return refused('is not a list', commandRemedy);
  const words = value.map((word: unknown) => (typeof word === 'number' ? String(word) : word));
  if (!words.every((word) => typeof word === 'string' && !word.includes('\0')))
    return refused('has an item that is no text', commandRemedy);
  return words[0] === '' ? refused('begins with an empty item', commandRemedy) : parsed(words as readonly string[]);
}

/** One path or pattern a line. */
const patterns = (text: string): Parsed<readonly string[]> =>
  parsed(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  );

const directory = (text: string): Parsed<string> =>
  text.startsWith('/') || text.split('/').includes('..')
    ? refused('leads out of the workspace', 'Write a folder relative to the workspace, such as `services/agent`.')
    : parsed(text.replace(/\/+$/, ''));

const threshold = (text: string): Parsed<CoverageThreshold | 'off'> => (text === 'off' ? parsed('off') : parseCoverageThreshold(text));

const schema = z.object({
  command: requiredDocument(parseCommand),
  'working-directory': defaulting(directory, '.'),
  junit: required(patterns),
  coverage: defaulting(patterns, ''),
  'coverage-threshold': defaulting(threshold, '80'),
  timeout: defaulting(parseTime, '30m'),
});

export const testInputNames: readonly string[] = Object.keys(schema.shape);

export interface TestPlan {
  readonly command: readonly string[];
  readonly directory: string;
  /** Relative to the workspace. */
  readonly testReports: readonly string[];
  readonly coverageReports: readonly string[];
  /** `undefined`: coverage is not judged, by the user's own word. */
  readonly threshold: CoverageThreshold | undefined;
  readonly timeoutSeconds: number;
}

export interface TestInputs {
  readonly connections: WorkspaceConnections;
  readonly plan: TestPlan;
}

export function parseTestInputs(raw: RawInputs): TestInputs {
  const fields = parseInputs(schema, raw, ['command'], clashes(raw));
  const within = (pattern: string): string =>
    fields['working-directory'] === '.' || pattern.startsWith('/') ? pattern : `${fields['working-directory']}/${pattern}`;
  const limit = fields['coverage-threshold'];
  return {
    connections: {},
    plan: {
      command: fields.command,
      directory: fields['working-directory'],
      testReports: fields.junit.map(within),
      coverageReports: limit === 'off' ? [] : fields.coverage.map(within),
      threshold: limit === 'off' ? undefined : limit,
      timeoutSeconds: fields.timeout,
    },
  };
}

function clashes(raw: RawInputs): readonly Clash[] {
  if (raw.text('coverage').trim() !== '' || raw.text('coverage-threshold') === 'off') return [];
  return [
    {
      inputs: ['coverage', 'coverage-threshold'],
      problem: 'there is a threshold and no report to hold against it',
      remedy:
        'Name the report of coverage in `coverage`, or write `coverage-threshold: off`: the summary then says that coverage was not judged.',
    },
  ];
}
