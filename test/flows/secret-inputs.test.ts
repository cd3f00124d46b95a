import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { readActions } from '../../scripts/action-metadata.ts';
import { secretInputs } from '../../src/flows/secret-inputs.ts';

it('every secret input is one of an action', () => {
  const inputs = readActions(join(import.meta.dirname, '../..')).flatMap((action) => action.inputs.map(({ name }) => name));
  expect([...secretInputs].filter((name) => !inputs.includes(name))).toEqual([]);
});
