import type { Colour } from '../rollout/layout.ts';
import type { BlueGreenRecord } from './record.ts';

/**
 * What was last done here led the users back, by hand or by itself: a rollback would lead them one version further, and hold the good one.
 * A deployment that was taken back before its switch counts as well: it is what people want to be rid of, and they are.
 */
export const isLedBack = (record: BlueGreenRecord | undefined, live: Colour): record is BlueGreenRecord =>
  record?.phase === 'resting' && live === (record.operation === 'rollback' ? record.to : record.from);
