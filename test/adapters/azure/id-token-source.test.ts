import { expect, it } from '@jest/globals';
import { idTokenSource } from '../../../src/adapters/azure/id-token-source.ts';

const url = 'https://runner.example.com/idtoken?api-version=2.0';

it.each([
  [
    { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't' },
    { url, token: 't' },
  ],
  [{ ACTIONS_ID_TOKEN_REQUEST_URL: url }, undefined],
  [{ ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't' }, undefined],
  [{}, undefined],
])('%j → %j', (environment, source) => expect(idTokenSource(environment)).toEqual(source));
