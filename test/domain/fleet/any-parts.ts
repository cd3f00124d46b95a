import fc from 'fast-check';
import type { Part } from '../../../src/domain/fleet/part-order.ts';

const part = (name: string, ...needs: string[]): Part => ({ name, needs, settings: false });

/** Parts whose needs are among those before them, then shuffled by their names. */
export const anyParts = fc
  .integer({ min: 1, max: 8 })
  .chain((count) =>
    fc
      .tuple(...Array.from({ length: count }, (_, index) => fc.subarray(Array.from({ length: index }, (__, before) => `p${before}`))))
      .map((needs) => needs.map((each, index) => part(`p${index}`, ...each)).toReversed()),
  );
