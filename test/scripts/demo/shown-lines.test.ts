import { expect, it } from '@jest/globals';
import { indented, isShown } from '../../../scripts/demo/shown-lines.ts';

it.each(['::add-mask::secret', '::debug::GET /version 200', '::warning title=agent%3A rolled-back::The canary failed', '::notice::x'])(
  '%s is for the runner',
  (line) => expect(isShown(line)).toBe(false),
);

it.each(['stage 1/4, 5 %', '  route agent: canary 5 %, stable 95 %', '→ Compare the logs', '', 'a::b::c'])('%j is shown', (line) =>
  expect(isShown(line)).toBe(true),
);

it('stands further in, and an empty line stays empty', () => {
  expect([indented('stage'), indented('')]).toEqual(['    stage', '']);
});
