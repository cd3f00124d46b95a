import { expect, it } from '@jest/globals';
import { lineageClashes, lineageOf } from '../../../src/flows/lineage/fields.ts';
import { rawInputs } from '../raw-inputs.ts';

const clashes = (values: Readonly<Record<string, string>>): readonly string[] =>
  lineageClashes(rawInputs(values)).map(({ inputs }) => inputs.join(' '));

it.each([
  [{}, []],
  [{ 'require-staging': 'false', 'allow-unordered': 'false' }, []],
  [{ 'require-staging': 'true', 'github-token': 't' }, []],
  [{ 'require-staging': 'true' }, ['require-staging github-token']],
  [{ 'allow-unordered': 'true' }, ['allow-unordered reason']],
  [{ 'allow-unordered': 'true', reason: 'moved' }, []],
])('%j', (values, expected) => expect(clashes(values)).toEqual(expected));

it('says what is wished, and holds no token', () =>
  expect(lineageOf({ commit: 'c', 'require-staging': true, 'staging-environment': 'qa', 'allow-unordered': false }, 'why')).toEqual({
    commit: 'c',
    requireStaging: true,
    stagingEnvironment: 'qa',
    allowUnordered: false,
    reason: 'why',
  }));
