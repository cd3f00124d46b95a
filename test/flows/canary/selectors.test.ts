import { describe, expect, it } from '@jest/globals';
import { selectorsOf } from '../../../src/flows/canary/selectors.ts';
import { podOf } from '../workloads.ts';
import { planOf } from './shop.ts';

const app = { service: 'agent', namespace: 'shop', route: 'agent', canaryService: 'agent-canary' };
const pod = (name: string, hash: string) => podOf(name, 'i', 'ready', { 'pod-template-hash': hash });
const stable = [pod('agent-1', 'aaa'), pod('agent-2', 'aaa'), pod('agent-3', 'bbb')];
const canary = [pod('agent-canary-1', 'ccc')];

const patternOf = (selector: string): RegExp => new RegExp(`^(?:${/pod=~"([^"]+)"/.exec(selector)?.[1]?.replaceAll('\\\\', '\\')})$`);

describe('selectorsOf', () => {
  it('tells the pods of both apart by their ReplicaSets', () => {
    const selectors = selectorsOf(planOf(), app, { stable, canary });
    if (!selectors.ok) throw new Error(selectors.problem);
    const [ofStable, ofCanary] = [patternOf(selectors.value.stable), patternOf(selectors.value.canary)];
    expect(['agent-aaa-x1', 'agent-bbb-x2', 'agent-canary-ccc-x3'].map((name) => ofStable.test(name))).toEqual([true, true, false]);
    expect(['agent-aaa-x1', 'agent-canary-ccc-x3', 'agent-canary-old-x4'].map((name) => ofCanary.test(name))).toEqual([false, true, false]);
    expect(selectors.value.stable).toContain('namespace="shop"');
  });

  it('without a canary pod matches none, and never everything', () => {
    expect(selectorsOf(planOf(), app, { stable, canary: [] })).toMatchObject({
      ok: true,
      value: { canary: 'namespace="shop",pod="agent-canary-"' },
    });
  });

  it('without a stable pod is refused', () => {
    expect(selectorsOf(planOf(), app, { stable: [], canary })).toMatchObject({
      ok: false,
      problem: expect.stringContaining('no ReplicaSet yet'),
    });
  });

  it.each([
    ['both', { 'stable-selector': 'v="1"', 'canary-selector': 'v="2"' }, { stable: 'v="1"', canary: 'v="2"' }],
    ['one', { 'canary-selector': 'v="2"' }, { stable: expect.stringContaining('aaa|bbb'), canary: 'v="2"' }],
  ])('the user’s own win: %s', (_, inputs, value) => {
    expect(selectorsOf(planOf(inputs), app, { stable, canary })).toEqual({ ok: true, value });
  });
});
