import * as z from 'zod';
import { parseImage } from '../../domain/units/image.ts';
import { connectionsOf } from '../canary/connection-fields.ts';
import { type CanaryInputs, sharedWishes } from '../canary/inputs.ts';
import {
  afterImage,
  beforeStages,
  documents,
  ending,
  guarding,
  limits,
  measuring,
  nameClashes,
  prometheusClashes,
} from '../canary/shared-fields.ts';
import { sideClashes } from '../canary/side-fields.ts';
import type { RawInputs } from '../flow.ts';
import { defaulting, flag, optional, parseInputs } from '../input-fields.ts';

const schema = z.object({
  ...beforeStages,
  image: optional(parseImage),
  ...afterImage,
  ...measuring,
  ...limits,
  ...guarding,
  'require-evidence': defaulting(flag, 'true'),
  ...ending,
});

export const promoteInputNames: readonly string[] = Object.keys(schema.shape);

/** A promotion is a canary whose stages lie behind it: its image is seen once more at 100 % before stable is touched. */
export function parsePromoteInputs(raw: RawInputs): CanaryInputs {
  const unnamed = raw.text('image') === '' && raw.text('require-evidence') === 'false';
  const fields = parseInputs(schema, raw, documents, [
    ...prometheusClashes(raw),
    ...nameClashes(raw),
    ...sideClashes(raw),
    ...(unnamed
      ? [
          {
            inputs: ['image', 'require-evidence'],
            problem: 'without evidence there is no image to promote',
            remedy: 'Name the image, or leave `require-evidence` at `true`.',
          },
        ]
      : []),
  ]);
  return {
    connections: connectionsOf(fields),
    wishes: {
      action: 'promote',
      image: fields.image,
      stages: [],
      smoke: [],
      promote: true,
      requireEvidence: fields['require-evidence'],
      atRest: 'reset',
      ...sharedWishes(fields),
    },
  };
}
