import { expect, it } from '@jest/globals';
import { changedInARow, keepsChanging, mostConflicts } from '../../../src/domain/kubernetes/conflicts.ts';

it('says what would not stand still, how often it was tried, and where to see who writes it', () => {
  const { code, what, remedy } = keepsChanging('HTTPRoute shop/agent');
  expect({ code, what, remedy }).toEqual({
    code: 'CLUSTER_CONFLICT',
    what: 'HTTPRoute shop/agent was changed by someone else 20 times in a row.',
    remedy: 'See in its managedFields who keeps writing it.',
  });
  expect(mostConflicts).toBe(20);
  expect(changedInARow('It')).toBe('It was changed by someone else 20 times in a row.');
});

it('is drift where a conflict means that another has taken over', () => {
  expect(keepsChanging('HTTPRoute shop/agent', 'DRIFT')).toMatchObject({ code: 'DRIFT', what: keepsChanging('HTTPRoute shop/agent').what });
});
