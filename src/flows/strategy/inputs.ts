import * as z from 'zod';
import { parseCommit } from '../../domain/evidence/commit.ts';
import type { Change } from '../../domain/strategy/changes.ts';
import { parseChange } from '../../domain/strategy/labels.ts';
import { type Parsed, parsed, refused } from '../../domain/units/parsed.ts';
import type { ForgeConnections, RawInputs } from '../flow.ts';
import { anyText, defaulting, optional, parseInputs, wholeNumber } from '../input-fields.ts';

const parsePrefix = (text: string): Parsed<string> =>
  text.length <= 40 && !/[\p{Cc}\p{Cf}]/u.test(text)
    ? parsed(text)
    : refused('is no beginning of a label', 'Write at most 40 characters, such as `change:`.');

const schema = z.object({
  change: optional(parseChange),
  'pull-request': optional(wholeNumber(1, 999_999_999)),
  commit: optional(parseCommit),
  'label-prefix': defaulting(parsePrefix, 'change:'),
  'github-token': optional(anyText),
});

export const strategyInputNames: readonly string[] = Object.keys(schema.shape);

export interface StrategyPlan {
  /** Stands above labels, which are then not asked for. */
  readonly change: Change | undefined;
  readonly pullRequest: number | undefined;
  /** `undefined`: the run's own. */
  readonly commit: string | undefined;
  readonly labelPrefix: string;
}

export interface StrategyInputs {
  readonly connections: ForgeConnections;
  readonly plan: StrategyPlan;
}

export function parseStrategyInputs(raw: RawInputs): StrategyInputs {
  const nothing = raw.text('change') === '' && raw.text('github-token') === '';
  const clashes = nothing
    ? [
        {
          inputs: ['change', 'github-token'],
          problem: 'neither is given, and labels cannot be read without a token',
          remedy: 'Give `change`, or `github-token` with `pull-requests: read`.',
        },
      ]
    : [];
  const fields = parseInputs(schema, raw, [], clashes);
  return {
    connections: { githubToken: fields['github-token'] },
    plan: {
      change: fields.change,
      pullRequest: fields['pull-request'],
      commit: fields.commit,
      labelPrefix: fields['label-prefix'],
    },
  };
}
