import { expect, it } from '@jest/globals';
import { newestWarnings } from '../../../src/domain/kubernetes/event.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';

const event = (reason: string, times: Readonly<Record<string, unknown>>, type = 'Warning'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: reason, namespace: 'shop', creationTimestamp: '2026-11-29T08:00:00Z' },
  type,
  reason,
  message: 'again',
  ...times,
});

it('the newest warnings come last, and one that goes on is as new as it was last seen', () => {
  const events = [
    event('GoesOn', { eventTime: '2026-11-29T09:00:00.000000Z', series: { lastObservedTime: '2026-11-29T12:00:00.000000Z' } }),
    event('Counted', { lastTimestamp: '2026-11-29T11:00:00Z' }),
    event('Once', { lastTimestamp: null, eventTime: '2026-11-29T10:00:00.000000Z' }),
    event('Untimed', {}),
    event('Normal', { lastTimestamp: '2026-11-29T13:00:00Z' }, 'Normal'),
  ];
  expect(newestWarnings(events, 5)).toEqual(['Untimed: again', 'Once: again', 'Counted: again', 'GoesOn: again']);
  expect(newestWarnings(events, 2)).toEqual(['Counted: again', 'GoesOn: again']);
});

it('a message has an end, and one without a word is none the worse', () => {
  expect(newestWarnings([event('Long', { message: 'x'.repeat(1000) })], 1)).toEqual([`Long: ${'x'.repeat(300)}`]);
  expect(newestWarnings([event('Mute', { message: undefined })], 1)).toEqual(['Mute: ']);
});
