import * as z from 'zod';
import { presets, tools } from '../../domain/gates/tools/index.ts';
import { type Parsed, parsed, refused } from '../../domain/units/parsed.ts';
import { knownVariant } from '../../domain/units/variant.ts';
import type { ForgeConnections, RawInputs } from '../flow.ts';
import { parseCommands, parseToolName, parseWords, placeFields, policyFields, timeoutField } from '../gate/fields.ts';
import type { GatePlan } from '../gate/plan.ts';
import { defaulting, document, flag, optional, parseInputs } from '../input-fields.ts';

export interface GateInputs {
  readonly connections: ForgeConnections;
  readonly plan: GatePlan;
}

const parsePreset = (text: string): Parsed<string> => {
  const preset = knownVariant(presets, text);
  return preset.ok ? parsed(text) : preset;
};

/** A commit, a branch or a tag: nothing that git could take for an option or a range. */
const parseRevision = (text: string): Parsed<string> =>
  /^[A-Za-z0-9][\w./-]{0,250}$/.test(text) && !text.includes('..')
    ? parsed(text)
    : refused(
        'is no commit, branch or tag',
        'Write the commit that the pull request is based on, as github.event.pull_request.base.sha has it.',
      );

/** As a push says that there was nothing before it. */
const isNone = (base = ''): boolean => /^0{40}(?:0{24})?$/.test(base);

const schema = z.object({
  preset: optional(parsePreset),
  tools: optional(parseWords(parseToolName)),
  commands: document(parseCommands),
  ...placeFields,
  ...policyFields,
  'changed-only': defaulting(flag, 'false'),
  base: optional(parseRevision),
  ...timeoutField,
});

export const lintInputNames: readonly string[] = Object.keys(schema.shape);

export function parseLintInputs(raw: RawInputs): GateInputs {
  const nothing = ['preset', 'tools', 'commands'].every((name) => raw.text(name) === '');
  const fields = parseInputs(
    schema,
    raw,
    ['commands'],
    [
      ...(nothing
        ? [{ inputs: ['preset', 'tools', 'commands'], problem: 'none is given, so nothing would be checked', remedy: 'Give at least one.' }]
        : []),
    ],
  );
  const names = fields.tools ?? (fields.preset === undefined ? [] : presets[fields.preset]) ?? [];
  return {
    connections: { githubToken: undefined },
    plan: {
      action: 'lint',
      tools: [...new Set(names)].flatMap((name) => {
        const tool = tools[name];
        return tool === undefined ? [] : [{ name, tool, threshold: fields.severity }];
      }),
      commands: fields.commands ?? [],
      reports: [],
      paths: fields.paths,
      directory: fields['working-directory'],
      threshold: fields.severity,
      suppressions: fields.suppressions,
      baseline: fields.baseline,
      ignoreUnfixed: false,
      changedSince: fields['changed-only'] ? { base: isNone(fields.base) ? undefined : fields.base } : undefined,
      timeout: fields.timeout,
      upload: 'never',
    },
  };
}
