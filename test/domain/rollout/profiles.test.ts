import { describe, expect, it } from '@jest/globals';
import { profiles } from '../../../src/domain/rollout/profiles.ts';
import { parseStages, stageText } from '../../../src/domain/units/stages.ts';

describe('profiles', () => {
  it('are the ladders that action.yml describes', () => {
    expect(Object.entries(profiles).map(([name, stages]) => `${name}: ${stages.map(stageText).join(' ')}`)).toEqual([
      'careful: 5@10m 25@15m 50@20m 100@5m',
      'quick: 0@30s 5@1m 25@1m 50@1m 100@1m',
    ]);
  });

  it.each(Object.entries(profiles))(
    '%s could be written by a user, and shows everyone the new version before stable is touched',
    (_, stages) => {
      expect(parseStages(stages.map(stageText).join(' '))).toEqual({ ok: true, value: stages });
      expect(stages.at(-1)?.weight).toBe(100);
    },
  );
});
