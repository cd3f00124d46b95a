import * as z from 'zod';
import { parseCommit } from '../../domain/evidence/commit.ts';
import { parseEnvironment } from '../../domain/units/environment.ts';
import { type ImageRef, parseImage } from '../../domain/units/image.ts';
import { parseLabel } from '../../domain/units/name.ts';
import { type Parsed, refused } from '../../domain/units/parsed.ts';
import type { ForgeConnections, RawInputs } from '../flow.ts';
import { anyText, type Clash, defaulting, flag, optional, parseInputs, required } from '../input-fields.ts';

function byDigest(text: string): Parsed<ImageRef> {
  const image = parseImage(text);
  return image.ok && image.value.digest === undefined
    ? refused('has no digest', 'Give it as actions/build hands it on: registry/name@sha256:…')
    : image;
}

const schema = z.object({
  service: required(parseLabel),
  image: optional(byDigest),
  commit: optional(parseCommit),
  'other-builds': defaulting(flag, 'true'),
  'staging-environment': defaulting(parseEnvironment, 'staging'),
  'github-token': required(anyText),
});

export const evidenceInputNames: readonly string[] = Object.keys(schema.shape);

export interface EvidencePlan {
  readonly service: string;
  readonly environment: string;
  /** `undefined`: whatever was built from the tree of the commit. */
  readonly image: ImageRef | undefined;
  /** `undefined`: the run's own. */
  readonly commit: string | undefined;
  /** Whether another build of the same tree vouches for the image. */
  readonly otherBuilds: boolean;
}

export interface EvidenceInputs {
  readonly connections: ForgeConnections;
  readonly plan: EvidencePlan;
}

export function parseEvidenceInputs(raw: RawInputs): EvidenceInputs {
  const fields = parseInputs(schema, raw, [], clashes(raw));
  const { service, image, commit, 'staging-environment': environment, 'other-builds': otherBuilds } = fields;
  return { connections: { githubToken: fields['github-token'] }, plan: { service, environment, image, commit, otherBuilds } };
}

const clashes = (raw: RawInputs): readonly Clash[] =>
  raw.text('other-builds') === 'false' && raw.text('image') === ''
    ? [
        {
          inputs: ['other-builds', 'image'],
          problem: 'without an image there is nothing but builds of the tree that could be asked about',
          remedy: 'Give `image`, or leave `other-builds` out.',
        },
      ]
    : [];
