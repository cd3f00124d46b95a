import { parseCommit } from '../../domain/evidence/commit.ts';
import { parseEnvironment } from '../../domain/units/environment.ts';
import type { RawInputs } from '../flow.ts';
import { anyText, type Clash, defaulting, flag, optional } from '../input-fields.ts';

/** Where a deployment comes from, and what is asked of that: the same in every action that deploys, in the order of action.yml. */
export const lineageFields = {
  'github-token': optional(anyText),
  commit: optional(parseCommit),
  'require-staging': defaulting(flag, 'false'),
  'staging-environment': defaulting(parseEnvironment, 'staging'),
  'allow-unordered': defaulting(flag, 'false'),
};

/** What a run wants to be held to. Holds no secret. */
export interface Lineage {
  /** `undefined`: the run's own. */
  readonly commit: string | undefined;
  readonly requireStaging: boolean;
  readonly stagingEnvironment: string;
  readonly allowUnordered: boolean;
  /** Why a commit is deployed whose place in the history is not given. Empty: there is no such reason. */
  readonly reason: string;
  /** `any`: a gate on the way to where order counts. Absent: the newest wins here. */
  readonly order?: 'any';
}

/** Held to nothing: what goes back is asked for no evidence, and older than what was there is what it wants to be. */
export const noLineage: Lineage = { commit: undefined, requireStaging: false, stagingEnvironment: '', allowUnordered: true, reason: '' };

interface LineageFields {
  readonly commit: string | undefined;
  readonly 'require-staging': boolean;
  readonly 'staging-environment': string;
  readonly 'allow-unordered': boolean;
}

export const lineageOf = (fields: LineageFields, reason: string): Lineage => ({
  commit: fields.commit,
  requireStaging: fields['require-staging'],
  stagingEnvironment: fields['staging-environment'],
  allowUnordered: fields['allow-unordered'],
  reason,
});

export function stagingClashes(raw: RawInputs): readonly Clash[] {
  return raw.text('require-staging') === 'true' && raw.text('github-token') === ''
    ? [
        {
          inputs: ['require-staging', 'github-token'],
          problem: 'evidence of staging is kept by GitHub, which cannot be asked without a token',
          remedy: 'Give `github-token`, such as `github.token`, or set `require-staging: false`.',
        },
      ]
    : [];
}

export function lineageClashes(raw: RawInputs): readonly Clash[] {
  return [
    ...stagingClashes(raw),
    ...(raw.text('allow-unordered') === 'true' && raw.text('reason') === ''
      ? [{ inputs: ['allow-unordered', 'reason'], problem: 'the first is not accepted without the second', remedy: 'Say why in `reason`.' }]
      : []),
  ];
}
