import { describe, expect, it } from '@jest/globals';
import { type DemoRow, disappointments, outcomeTable } from '../../../scripts/demo/outcome-table.ts';

const good: DemoRow = { version: 'v2', outcome: 'promoted', expected: 'promoted', servedByCanary: 2315, bad: 0, failedByTool: 0 };

describe('the table of the demo', () => {
  it('has a line for each version', () => {
    expect(outcomeTable([good]).split('\n').at(-1)).toMatch(/^v2 +promoted +promoted +2315 +0 +0$/);
  });

  it('is as expected when it is', () => expect(disappointments([good])).toEqual([]));

  it.each<[Partial<DemoRow>, string]>([
    [{ outcome: 'rolled-back' }, 'v2 should have been promoted and is rolled-back.'],
    [{ failedByTool: 1 }, '1 requests failed while v2 was deployed.'],
    [{ servedByCanary: 0 }, 'The canary of v2 served no request.'],
  ])('%j disappoints', (change, sentence) => {
    expect(disappointments([good, { ...good, ...change }])).toEqual([sentence]);
  });
});
