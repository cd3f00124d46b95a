import { describe, expect, it } from '@jest/globals';
import { readDocuments } from '../../src/runner/documents.ts';

const read = async (text: string) => (await readDocuments(['criteria', 'smoke'], (name) => (name === 'criteria' ? text : '')))['criteria'];

describe('readDocuments', () => {
  it('leaves out what is empty', async () => {
    expect(await readDocuments(['criteria', 'smoke'], () => '')).toEqual({});
  });

  it.each<readonly [string, unknown]>([
    ['http', 'http'],
    ['on', 'on'],
    ['true', 'true'],
    ['- http: /health', [{ http: '/health' }]],
    ['error-rate: 1%\nlatency-p95: 1s', { 'error-rate': '1%', 'latency-p95': '1s' }],
    ['# nothing', null],
    ['__proto__: { polluted: true }', JSON.parse('{"__proto__":{"polluted":true}}')],
  ])('%j', async (text, value) => {
    expect(await read(text)).toEqual({ value });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    ['broken YAML', 'a: [1'],
    ['a key twice', 'error-rate: 1%\nerror-rate: 5%'],
    ['a tab', 'a:\n\t- b'],
  ])('%s is an error of one line', async (_, text) => {
    const document = await read(text);
    expect(document).toEqual({ error: expect.stringMatching(/^.+$/) });
  });

  it.each([
    '- slack: !hunter2',
    '- slack: *hunter2',
    '- slack: |hunter2',
    '- slack: [hunter2',
    'hunter2: a: b',
    '"hunter2',
    '- hunter2\n  - x: {',
  ])('shows nothing of a text that may hold secrets: %j', async (text) => {
    const { notify } = await readDocuments(['notify'], () => text);
    if (notify !== undefined && 'error' in notify) expect(notify.error).not.toContain('hunter');
    else expect(notify).toHaveProperty('value');
  });

  it('does not let a small text become a large value', async () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      'b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]',
      'c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]',
      'd: [*c, *c, *c, *c, *c, *c, *c, *c, *c]',
    ].join('\n');
    const document = await read(bomb).catch((error: unknown) => ({ error: String(error) }));
    expect(document).toMatchObject({ error: expect.stringMatching(/alias/i) });
  });
});
