import { describe, expect, it } from '@jest/globals';
import { imageText, parseImage } from '../../../src/domain/units/image.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('parseImage', () => {
  it.each([
    ['agent:1.0', { name: 'agent', tag: '1.0' }],
    ['shop/agent:v1', { name: 'shop/agent', tag: 'v1' }],
    ['127.0.0.1:5000/shop/agent:1', { name: '127.0.0.1:5000/shop/agent', tag: '1' }],
    ['[::1]:5000/agent:1', { name: '[::1]:5000/agent', tag: '1' }],
    [`ghcr.io/shop/agent@${digest}`, { name: 'ghcr.io/shop/agent', digest }],
    [`ghcr.io/shop/agent:1@${digest}`, { name: 'ghcr.io/shop/agent', tag: '1', digest }],
    ['a/b__c/d--e.f:_x', { name: 'a/b__c/d--e.f', tag: '_x' }],
    ['localhost:5000/agent:1', { name: 'localhost:5000/agent', tag: '1' }],
  ])('reads %s', (text, value) => {
    expect(parseImage(text)).toEqual({ ok: true, value });
  });

  it.each(['agent', 'ghcr.io/shop/agent', 'localhost:5000/agent'])('refuses %s, which names no version', (text) => {
    expect(parseImage(text)).toMatchObject({ ok: false, problem: expect.stringContaining('neither a tag nor a digest') });
  });

  it.each([
    '',
    ':1',
    'shop//agent:1',
    'shop/agent:',
    'shop/agent:-1',
    'shop/agent@sha256:abc',
    `shop/agent@sha512:${'0'.repeat(64)}`,
    `shop/agent@${digest.toUpperCase()}`,
    'shop/agent:1 ',
    'shop/agent:1\n',
    `shop/agent:${'x'.repeat(129)}`,
    'https://ghcr.io/shop/agent:1',
    'shop/agent:1$(id)',
    'host:123456/agent:1',
  ])('refuses %j', (text) => {
    expect(parseImage(text)).toMatchObject({
      ok: false,
      problem: 'is not an image reference',
      remedy: expect.stringContaining('registry/name:tag'),
    });
  });

  it.each([
    ['ghcr.io/Org/Agent:V1', 'ghcr.io/org/agent:V1'],
    ['ghcr.io/Org/agent', 'ghcr.io/org/agent'],
    ['127.0.0.1:5000/Shop/agent:1', '127.0.0.1:5000/shop/agent:1'],
    [`Agent@${digest}`, `agent@${digest}`],
  ])('says of %s that it has capital letters, and how it is written', (text, small) => {
    expect(parseImage(text)).toEqual({ ok: false, problem: 'has capital letters in its name', remedy: `Write \`${small}\`.` });
  });

  it.each(['Agent//x:1', `Agent@${digest.toUpperCase()}`, 'Ägent:1', 'Agent:1 x'])('does not say so of %s, where more is wrong', (text) => {
    expect(parseImage(text)).toMatchObject({ ok: false, problem: 'is not an image reference' });
  });

  it('refuses a text of any length quickly', () => {
    expect(parseImage(`${'a-'.repeat(600)}:1`)).toMatchObject({ ok: false, problem: 'is longer than 1,024 characters' });
    expect(parseImage(`${'a-'.repeat(500)}!`)).toMatchObject({ ok: false, problem: 'is not an image reference' });
  });
});

describe('imageText', () => {
  it('names the same bytes everywhere when the digest is known', () => {
    expect(imageText({ name: 'shop/agent', tag: '1', digest })).toBe(`shop/agent@${digest}`);
    expect(imageText({ name: 'shop/agent', tag: '1' })).toBe('shop/agent:1');
  });

  it.each(['shop/agent:1', `shop/agent@${digest}`])('writes %s as it was read', (text) => {
    const image = parseImage(text);
    expect(image.ok && imageText(image.value)).toBe(text);
  });
});
