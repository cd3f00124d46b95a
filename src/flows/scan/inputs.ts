import * as z from 'zod';
import { parseGrade } from '../../domain/gates/severity.ts';
import type { GateTool } from '../../domain/gates/tool.ts';
import { bandit } from '../../domain/gates/tools/bandit.ts';
import { trivy } from '../../domain/gates/tools/trivy.ts';
import { type Parsed, parsed, refused } from '../../domain/units/parsed.ts';
import { recordOf, unknownKey } from '../../domain/units/record.ts';
import { shown } from '../../domain/units/shown.ts';
import { knownVariant } from '../../domain/units/variant.ts';
import type { RawInputs } from '../flow.ts';
import { fileFormats, parsePath, parseWords, placeFields, policyFields, timeoutField } from '../gate/fields.ts';
import type { GatePlan, ToolSource } from '../gate/plan.ts';
import { anyText, type Clash, choice, defaulting, document, flag, optional, parseInputs } from '../input-fields.ts';
import type { GateInputs } from '../lint/inputs.ts';

/** What scans by itself. */
export const scanners: Readonly<Record<string, GateTool>> = { trivy, bandit };

const parseScanner = (text: string): Parsed<string> => {
  if (text === 'none') return parsed(text);
  const scanner = knownVariant({ ...scanners, none: trivy }, text);
  return scanner.ok ? parsed(text) : scanner;
};

const remedy = 'Write a list of entries with `format` and `path`.';

function parseReports(value: unknown): Parsed<GatePlan['reports']> {
  if (!Array.isArray(value) || value.length === 0 || value.length > 50) return refused('is no list of 1 to 50 entries', remedy);
  const reports: { format: string; path: string }[] = [];
  for (const [index, each] of value.entries()) {
    const entry = recordOf(each);
    const stray = entry === undefined ? undefined : unknownKey(entry, ['format', 'path']);
    if (entry === undefined || stray !== undefined)
      return refused(
        `has an entry ${index + 1} with ${stray === undefined ? 'no fields' : `an unknown field \`${shown(stray)}\``}`,
        remedy,
      );
    const format = knownVariant(fileFormats, String(entry['format'] ?? ''));
    if (!format.ok) return refused(`has an entry ${index + 1} whose \`format\` ${format.problem}`, format.remedy);
    const path = typeof entry['path'] === 'string' && entry['path'] !== '' ? parsePath(entry['path']) : refused('is missing', remedy);
    if (!path.ok) return refused(`has an entry ${index + 1} whose \`path\` ${path.problem}`, path.remedy);
    reports.push({ format: String(entry['format']), path: path.value });
  }
  return parsed(reports);
}

/** `auto` takes what is permitted. */
const uploadMode = (text: string): Parsed<GatePlan['upload']> => {
  const choosing = choice('auto', 'true', 'false')(text);
  return choosing.ok ? parsed(({ auto: 'auto', true: 'always', false: 'never' } as const)[choosing.value]) : choosing;
};

const parseArchiveUrl = (text: string): Parsed<string> => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const sound = url !== undefined && (url.protocol === 'https:' || (url.protocol === 'http:' && url.hostname === '127.0.0.1'));
  return sound ? parsed(text) : refused('is no https address', 'Write where the .tar.gz of a release lies.');
};

const parseSha256 = (text: string): Parsed<string> =>
  /^[0-9a-f]{64}$/.test(text)
    ? parsed(text)
    : refused('is no SHA-256', 'Write its 64 hexadecimal digits, as the list of checksums of the release has them.');

const schema = z.object({
  tools: defaulting(parseWords(parseScanner), 'trivy bandit'),
  trivy: defaulting(choice('path', 'pinned'), 'path'),
  'trivy-url': optional(parseArchiveUrl),
  'trivy-sha256': optional(parseSha256),
  reports: document(parseReports),
  ...placeFields,
  severity: policyFields.severity,
  'bandit-severity': defaulting(parseGrade, bandit.threshold),
  'ignore-unfixed': defaulting(flag, 'false'),
  suppressions: policyFields.suppressions,
  baseline: policyFields.baseline,
  upload: defaulting(uploadMode, 'auto'),
  'github-token': optional(anyText),
  ...timeoutField,
});

export const scanInputNames: readonly string[] = Object.keys(schema.shape);

function trivySource(trivy: 'path' | 'pinned', url: string | undefined, sha256: string | undefined): ToolSource | undefined {
  if (trivy === 'path') return undefined;
  return url === undefined || sha256 === undefined ? 'pinned' : { url, sha256, program: 'trivy' };
}

/** An address without its checksum would be an unpinned download. */
function sourceClashes(raw: RawInputs): readonly Clash[] {
  const given = ['trivy-url', 'trivy-sha256'].filter((name) => raw.text(name) !== '');
  if (given.length === 1)
    return [
      {
        inputs: ['trivy-url', 'trivy-sha256'],
        problem: 'only one is given',
        remedy: 'Nothing is run without its checksum: give both, or neither.',
      },
    ];
  if (given.length === 2 && raw.text('trivy') !== 'pinned')
    return [
      { inputs: ['trivy', ...given], problem: 'the others are of use only with `trivy: pinned`', remedy: 'Set it, or leave them out.' },
    ];
  return [];
}

export function parseScanInputs(raw: RawInputs): GateInputs {
  const nothing = raw.text('tools') === 'none' && raw.text('reports') === '';
  const fields = parseInputs(
    schema,
    raw,
    ['reports'],
    [
      ...(nothing ? [{ inputs: ['tools', 'reports'], problem: 'nothing would be scanned', remedy: 'Give at least one.' }] : []),
      ...sourceClashes(raw),
      ...(raw.text('upload') === 'true' && raw.text('github-token') === ''
        ? [
            {
              inputs: ['upload', 'github-token'],
              problem: 'nothing can be uploaded without a token',
              remedy: 'Give `github-token`, such as `github.token`.',
            },
          ]
        : []),
    ],
  );
  const from = trivySource(fields.trivy, fields['trivy-url'], fields['trivy-sha256']);
  return {
    connections: { githubToken: fields['github-token'] },
    plan: {
      action: 'scan',
      tools: [...new Set(fields.tools)].flatMap((name) => {
        const tool = scanners[name];
        return tool === undefined
          ? []
          : [
              {
                name,
                tool,
                threshold: name === 'bandit' ? fields['bandit-severity'] : fields.severity,
                ...(name === 'trivy' && from !== undefined ? { from } : {}),
              },
            ];
      }),
      commands: [],
      reports: fields.reports ?? [],
      paths: fields.paths,
      directory: fields['working-directory'],
      threshold: fields.severity,
      suppressions: fields.suppressions,
      baseline: fields.baseline,
      ignoreUnfixed: fields['ignore-unfixed'],
      changedSince: undefined,
      timeout: fields.timeout,
      upload: fields.upload,
    },
  };
}
