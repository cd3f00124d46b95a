import { expect, it } from '@jest/globals';
import { countsOf, countsText } from '../../../../src/domain/traffic/replicas/split.ts';
import { canary } from './canaries.ts';

it('reads back what it writes', () => {
  for (const counts of [
    { open: 0, stable: 1 },
    { open: 3, stable: 5 },
    { open: 333, stable: 1000 },
  ])
    expect(countsOf(canary(1, countsText(counts)))).toEqual(counts);
});

it('takes nothing else for counts', () => expect(countsOf(canary(1, ' 1/5'))).toBeUndefined());
