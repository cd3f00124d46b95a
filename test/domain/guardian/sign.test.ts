import { expect, it } from '@jest/globals';
import { type GuardianSign, readSign } from '../../../src/domain/guardian/sign.ts';

it.each<GuardianSign>([
  { is: 'watching', pod: 'p', epoch: 1, beat: 'b' },
  { is: 'unable', pod: 'p', epoch: 1, reason: 'r' },
  { is: 'acted', pod: 'p', epoch: 2, at: 't', after: 'run', did: 'weight 0' },
])('reads what was written: %j', (sign) => expect(readSign(JSON.stringify(sign))).toEqual(sign));

it.each([
  undefined,
  '',
  'no JSON',
  'null',
  '[]',
  '{}',
  '{"is":"watching","pod":"p","epoch":"1","beat":"b"}',
  '{"is":"watching","pod":"p","epoch":1}',
  '{"is":"acted","pod":"p","epoch":1,"at":"t","after":7,"did":"d"}',
  '{"is":"resting","pod":"p","epoch":1,"beat":"b"}',
])('takes for no sign: %j', (text) => expect(readSign(text)).toBeUndefined());
