import { describe, expect, it } from '@jest/globals';
import { disruptionWarnings } from '../../../src/domain/capacity/disruption.ts';

const arms = { stable: { app: 'agent', track: 'stable' }, canary: { app: 'agent', track: 'canary' }, pods: 4 };
const budget = (matchLabels: Readonly<Record<string, string>> | undefined, limit: object) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'keep', namespace: 'shop' },
  spec: { ...(matchLabels === undefined ? {} : { selector: { matchLabels } }), ...limit },
});
const warned = (matchLabels: Readonly<Record<string, string>> | undefined, limit: object) =>
  disruptionWarnings([budget(matchLabels, limit)], arms).map(({ what }) => what);

describe('a PodDisruptionBudget', () => {
  it.each<[string, Readonly<Record<string, string>> | undefined, object]>([
    ['of stable that lets one go', { track: 'stable' }, { maxUnavailable: 1 }],
    ['of stable that lets a quarter go', { track: 'stable' }, { minAvailable: '75%' }],
    ['of others', { app: 'shop' }, { maxUnavailable: 0 }],
    ['that selects nothing', undefined, { maxUnavailable: 0 }],
  ])('%s is no news', (_, labels, limit) => expect(warned(labels, limit)).toEqual([]));

  it('of both arms lets pods of stable go for those of the canary', () => {
    expect(warned({ app: 'agent' }, { minAvailable: 2 })).toEqual([
      'PodDisruptionBudget keep (minAvailable 2) selects the pods of stable and of the canary: while both run it counts them as one, and lets pods of stable be evicted for those of the canary that are ready.',
    ]);
  });

  it.each<[object, string]>([
    [{ maxUnavailable: 0 }, 'maxUnavailable 0'],
    [{ maxUnavailable: '0%' }, 'maxUnavailable 0%'],
    [{ minAvailable: 4 }, 'minAvailable 4'],
    [{ minAvailable: '100%' }, 'minAvailable 100%'],
    // Rounded up: 4 of 4.
    [{ minAvailable: '76%' }, 'minAvailable 76%'],
  ])('of stable with %j blocks every eviction', (limit, text) => {
    expect(warned({ track: 'stable' }, limit)).toEqual([
      `PodDisruptionBudget keep (${text}) lets no pod of stable be evicted: a node that is drained during the rollout waits for its end, or for ever.`,
    ]);
  });

  it('of the canary keeps a node', () => {
    expect(warned({ track: 'canary' }, { maxUnavailable: 1 })).toEqual([expect.stringContaining('can keep a node from being drained')]);
  });

  it('of everything is both', () => expect(warned({}, { maxUnavailable: 0 })).toHaveLength(2));
});
