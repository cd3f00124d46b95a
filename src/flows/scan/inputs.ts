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
import type { GatePlan } from '../gate/plan.ts';
import { defaulting, document, flag, parseInputs } from '../input-fields.ts';
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

const schema = z.object({
  tools: defaulting(parseWords(parseScanner), 'trivy bandit'),
  reports: document(parseReports),
  ...placeFields,
  severity: policyFields.severity,
  'bandit-severity': defaulting(parseGrade, bandit.threshold),
  'ignore-unfixed': defaulting(flag, 'false'),
  suppressions: policyFields.suppressions,
  baseline: policyFields.baseline,
  ...timeoutField,
});

export const scanInputNames: readonly string[] = Object.keys(schema.shape);

export function parseScanInputs(raw: RawInputs): GateInputs {
  const nothing = raw.text('tools') === 'none' && raw.text('reports') === '';
  const fields = parseInputs(
    schema,
    raw,
    ['reports'],
    nothing ? [{ inputs: ['tools', 'reports'], problem: 'nothing would be scanned', remedy: 'Give at least one.' }] : [],
  );
  return {
    connections: {},
    plan: {
      action: 'scan',
      tools: [...new Set(fields.tools)].flatMap((name) => {
        const tool = scanners[name];
        return tool === undefined ? [] : [{ name, tool, threshold: name === 'bandit' ? fields['bandit-severity'] : fields.severity }];
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
    },
  };
}
