import { expect, it } from '@jest/globals';
import { warningEvent } from '../../../src/domain/kubernetes/warning-event.ts';

const about = { apiVersion: 'v1', kind: 'Service', name: 'agent', namespace: 'shop', uid: undefined };
const warning = { reason: 'Odd', message: 'It is odd.', source: { component: 'wf-deploy' } };
const now = new Date('2026-01-01T00:00:00Z');

it('is about one object, and happened once', () => {
  expect(warningEvent({ ...about, uid: 'u' }, warning, now)).toEqual({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'agent.19b76daa800', namespace: 'shop' },
    involvedObject: { apiVersion: 'v1', kind: 'Service', name: 'agent', namespace: 'shop', uid: 'u' },
    type: 'Warning',
    reason: 'Odd',
    message: 'It is odd.',
    source: { component: 'wf-deploy' },
    firstTimestamp: '2026-01-01T00:00:00.000Z',
    lastTimestamp: '2026-01-01T00:00:00.000Z',
    count: 1,
  });
});

it('names no uid that is not known', () => expect(warningEvent(about, warning, now)['involvedObject']).not.toHaveProperty('uid'));
