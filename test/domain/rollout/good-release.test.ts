import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mostReleases, readReleases, releaseOf, withReleases } from '../../../src/domain/rollout/good-release.ts';

describe('what ran well', () => {
  const release = (letter: string, at = '2026-03-01T00:00:00Z') =>
    releaseOf(
      'Deployment/agent',
      { spec: { containers: [{ name: 'api', image: `agent:${letter}` }] } },
      { run: letter, who: 'alice', commit: undefined, at },
    );

  it('is read as it was written, newest first, each once, and not without end', () => {
    const many = Array.from({ length: 30 }, (_, index) => release(String(index)));
    const known = many.reduce<ReturnType<typeof readReleases>>((before, each) => withReleases(before, [each]), []);
    expect(known).toHaveLength(mostReleases);
    expect(known[0]?.run).toBe('29');
    expect(readReleases(JSON.stringify(known))).toEqual(known);
    expect(
      withReleases(known, [{ ...release('28'), run: 'again' }])
        .slice(0, 2)
        .map(({ run }) => run),
    ).toEqual(['again', '29']);
  });

  it('of what cannot be read is nothing, and never an error', () => {
    for (const text of [
      '{',
      '{}',
      '[1]',
      '[{"workload":"a","run":"b","at":"never","images":{"a":"b"}}]',
      '[{"workload":"a","run":"b","at":"2026-03-01","images":{}}]',
    ])
      expect(readReleases(text)).toEqual([]);
    fc.assert(fc.property(fc.json(), (text) => Array.isArray(readReleases(text))));
  });
});
