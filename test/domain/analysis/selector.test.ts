import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { structureOf } from '../../../src/domain/analysis/promql.ts';
import { parseSelector, podSelector } from '../../../src/domain/analysis/selector.ts';

describe('parseSelector', () => {
  it.each([
    ['version="canary"', 'version="canary"'],
    ['{version="canary"}', 'version="canary"'],
    [' { version = "canary" , app=~"a|b" } ', 'version = "canary",app=~"a|b"'],
    ['a="1",b!="2",c=~"3",d!~"4",', 'a="1",b!="2",c=~"3",d!~"4"'],
    ["a='1'", "a='1'"],
    ['a="}"', 'a="}"'],
    ['a="\\"}"', 'a="\\"}"'],
    ['"k8s.pod.name"="x"', '"k8s.pod.name"="x"'],
    ['a=""', 'a=""'],
  ])('reads %s', (text, value) => {
    expect(parseSelector(text)).toEqual({ ok: true, value });
  });

  it.each([
    'a="1"} or vector(0) or x{b="2"',
    'a="1"}',
    '{a="1"} or x{b="2"}',
    'a="1" or b="2"',
    'a="1" b="2"',
    'a="1',
    'a=1',
    'a="1"[5m]',
    'a="1"#',
    'a="1",,b="2"',
    ',a="1"',
    'a=="1"',
    'a="\n"',
    'metric{a="1"}',
    '$selector',
    '"metric"',
    'a="\\"',
    'a=`1`',
    '1a="1"',
  ])('refuses %j, which could end the braces or is no matcher', (text) => {
    expect(parseSelector(text)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('no label matcher'),
      remedy: expect.stringContaining('label matchers only'),
    });
  });

  it.each(['', ' ', '{}', '{ }'])('refuses %j, which selects everything', (text) => {
    expect(parseSelector(text)).toMatchObject({ ok: false, problem: 'selects everything' });
  });

  it('refuses what is too long', () => {
    expect(parseSelector(`a="${'x'.repeat(5000)}"`)).toMatchObject({ ok: false, problem: expect.stringContaining('4,096') });
  });

  it('never lets anything through that ends the braces it is put into', () => {
    const piece = fc.constantFrom('a', '=', '"', "'", '\\', '}', '{', ',', ' ', '=~', '!', '`', '#', '\n', '(', ')', '1', ' or ', 'a="b"');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const selector = parseSelector(pieces.join(''));
        if (selector.ok) expect(structureOf(`x{${selector.value}}`)).toMatch(/^x\{[^{}()]*\}$/);
        else expect(selector.remedy).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('podSelector', () => {
  const matches = (selector: ReturnType<typeof podSelector>, pod: string): boolean => {
    const [, pattern = ''] = (selector.ok && /pod=~"(.*)"$/.exec(selector.value)) || [];
    return new RegExp(`^(?:${pattern.replaceAll('\\\\', '\\')})$`).test(pod);
  };

  it('names the pods of the ReplicaSets', () => {
    expect(podSelector({ namespace: 'shop', deployment: 'agent', hashes: ['6d5f7c', '7b8c9d'] })).toEqual({
      ok: true,
      value: 'namespace="shop",pod=~"agent-(6d5f7c|7b8c9d)-[a-z0-9]+"',
    });
  });

  it('of stable does not match the canary, nor the other way round', () => {
    const stable = podSelector({ namespace: 'shop', deployment: 'agent', hashes: ['6d5f7c'] });
    const canary = podSelector({ namespace: 'shop', deployment: 'agent-canary', hashes: ['6d5f7c'] });
    expect(matches(stable, 'agent-6d5f7c-x2x4z')).toBe(true);
    expect(matches(stable, 'agent-canary-6d5f7c-x2x4z')).toBe(false);
    expect(matches(stable, 'my-agent-6d5f7c-x2x4z')).toBe(false);
    expect(matches(stable, 'agent-7b8c9d-x2x4z')).toBe(false);
    expect(matches(canary, 'agent-canary-6d5f7c-x2x4z')).toBe(true);
    expect(matches(canary, 'agent-6d5f7c-x2x4z')).toBe(false);
  });

  it('takes a dot in a name for a dot', () => {
    const selector = podSelector({ namespace: 'shop', deployment: 'agent.v1', hashes: ['6d5f7c'] });
    expect(selector).toMatchObject({ value: 'namespace="shop",pod=~"agent\\\\.v1-(6d5f7c)-[a-z0-9]+"' });
    expect(matches(selector, 'agentxv1-6d5f7c-x2x4z')).toBe(false);
    expect(matches(selector, 'agent.v1-6d5f7c-x2x4z')).toBe(true);
  });

  it('can look for the name in another label', () => {
    expect(podSelector({ namespace: 'shop', deployment: 'agent', hashes: ['6d5f7c'] }, 'kubernetes_pod_name')).toMatchObject({
      value: 'namespace="shop",kubernetes_pod_name=~"agent-(6d5f7c)-[a-z0-9]+"',
    });
  });

  it('is refused while there is no ReplicaSet, instead of matching every pod', () => {
    expect(podSelector({ namespace: 'shop', deployment: 'agent', hashes: [] })).toMatchObject({
      ok: false,
      problem: expect.stringContaining('no ReplicaSet'),
    });
  });

  it('knows how Kubernetes shortens the names of pods', () => {
    // 58 characters of the name, then 5 random ones.
    const shortened = (deployment: string): string => `${`${deployment}-6d5f7c0123-`.slice(0, 58)}x2x4z`;
    const [fits, touches, tooLong] = [46, 47, 48].map((length) => 'a'.repeat(length)) as [string, string, string];
    for (const deployment of [fits, touches]) {
      expect(matches(podSelector({ namespace: 'shop', deployment, hashes: ['6d5f7c0123'] }), shortened(deployment))).toBe(true);
    }
    expect(podSelector({ namespace: 'shop', deployment: tooLong, hashes: ['6d5f7c0123'] })).toMatchObject({
      ok: false,
      problem: expect.stringContaining('shortens'),
    });
  });
});
