import { describe, expect, it } from '@jest/globals';
import { parseLabel, parseName } from '../../../src/domain/units/name.ts';

describe('parseLabel', () => {
  it.each(['agent', 'a', 'agent-memory-1', '1agent', 'a'.repeat(63)])('accepts %s', (text) => {
    expect(parseLabel(text)).toEqual({ ok: true, value: text });
  });
  it.each(['', 'Agent', '-agent', 'agent-', 'agent.memory', 'agent_memory', 'a b', 'agent\n', 'ä', '../x'])('refuses %j', (text) => {
    expect(parseLabel(text)).toMatchObject({ ok: false, problem: 'is not a DNS label' });
  });
  it('refuses 64 characters', () => {
    expect(parseLabel('a'.repeat(64))).toMatchObject({ ok: false, problem: 'is longer than 63 characters' });
  });
});

describe('parseName', () => {
  it.each(['agent', 'agent.memory', '1.2.3', 'a'.repeat(253)])('accepts %s', (text) => {
    expect(parseName(text)).toEqual({ ok: true, value: text });
  });
  it.each(['', '.', 'a..b', 'a.-b', 'A', 'a/b', 'a.b.'])('refuses %j', (text) => {
    expect(parseName(text)).toMatchObject({ ok: false, problem: 'is not a Kubernetes name' });
  });
  it('refuses 254 characters', () => {
    expect(parseName('a'.repeat(254))).toMatchObject({ ok: false, problem: 'is longer than 253 characters' });
  });
});
