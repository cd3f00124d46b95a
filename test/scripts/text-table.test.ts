import { describe, expect, it } from '@jest/globals';
import { textTable } from '../../scripts/text-table.ts';

describe('textTable', () => {
  it('aligns texts to the left and numbers to the right, without blanks at the end', () => {
    expect(
      textTable(
        ['version', 'served', 'outcome'],
        [
          ['v2', 2315, 'promoted'],
          ['v10', 4, 'no'],
        ],
      ).split('\n'),
    ).toEqual(['version  served  outcome', '-------  ------  --------', 'v2         2315  promoted', 'v10           4  no']);
  });

  it('takes a column with one text in it for text', () => {
    expect(
      textTable(['a'], [[100], ['none']])
        .split('\n')
        .at(2),
    ).toBe('100');
  });

  it('shows the headings when there is no row', () => {
    expect(textTable(['name', 'ms'], [])).toBe('name  ms\n----  --');
  });
});
