import { expect, it } from '@jest/globals';
import { preflightFailed } from '../../src/flows/preflight-failed.ts';

const one = { what: 'It is broken.', remedy: 'Write this:', yaml: 'a: 1\n' };

it('lists every problem with its remedy and its YAML, and says what was not begun', () => {
  expect(preflightFailed([one, { what: 'It is odd.', remedy: 'Look.' }], 'the release')).toMatchObject({
    code: 'PREFLIGHT_FAILED',
    what: '2 problems were found before the release:\n- It is broken.\n  → Write this:\n\n      a: 1\n\n- It is odd.\n  → Look.',
    remedy: 'Mend what is listed and start again.',
  });
  expect(preflightFailed([one], '`undo`').what).toMatch(/^One problem was found before `undo`:\n- It is broken\./);
});
