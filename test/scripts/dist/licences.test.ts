import { describe, expect, it } from '@jest/globals';
import { bundledPackages, isKnown, licenceText } from '../../../scripts/dist/licences.ts';

const modules = ['/src/own.ts', `${import.meta.dirname}/../../../node_modules/zod/v4/index.js`, '\0rolldown/runtime.js'];

describe('licences', () => {
  it.each([
    ['MIT', true],
    ['(MIT OR CC0-1.0)', true],
    ['(GPL-2.0 OR MIT)', true],
    ['MIT AND ISC', true],
    ['MIT AND GPL-2.0', false],
    ['GPL-3.0', false],
    ['UNLICENSED', false],
    ['', false],
  ])('%s allows bundling: %s', (expression, allowed) => expect(isKnown(expression)).toBe(allowed));

  it('are those of the packages that modules come from', () => {
    const packages = bundledPackages([...modules, ...modules]);
    expect(packages.map(({ name }) => name)).toEqual(['rolldown', 'zod']);
    expect(packages.map(({ text }) => text)).toEqual([
      expect.stringContaining('Permission is hereby granted'),
      expect.stringContaining('Colin'),
    ]);
  });

  it('are those of the package, not of a folder inside that has its name too', () => {
    const inner = `${import.meta.dirname}/../../../node_modules/@azure/identity/dist/esm/index.js`;
    expect(bundledPackages([inner])).toEqual([expect.objectContaining({ name: '@azure/identity', licence: 'MIT' })]);
  });

  it('are shown in full', () => {
    const text = licenceText([
      { name: 'a', version: '1.0.0', licence: 'MIT', text: 'Copyright A' },
      { name: 'b', version: '2.0.0', licence: 'ISC', text: '' },
    ]);
    expect(text).toContain('a 1.0.0\nMIT\n\nCopyright A\n');
    expect(text).toContain('b 2.0.0\nISC\n\nThe package ships no licence text.');
  });

  it('that do not allow bundling stop the build', () => {
    const bad = { name: 'evil', version: '1.0.0', licence: 'SSPL-1.0', text: 'x' };
    expect(() => licenceText([bad])).toThrow('evil 1.0.0: SSPL-1.0');
    expect(() => licenceText([{ ...bad, licence: '' }])).toThrow('evil 1.0.0: none given');
  });
});
