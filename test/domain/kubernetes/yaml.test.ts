import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, parseAllDocuments } from 'yaml';
import { yamlDocuments, yamlText } from '../../../src/domain/kubernetes/yaml.ts';

const readBack = (text: string): unknown[] => [parse(text), parse(text, { version: '1.1', merge: false })];

describe('YAML of plain JSON values', () => {
  it('looks like a manifest', () => {
    const route = {
      kind: 'HTTPRoute',
      metadata: { name: 'agent', labels: {}, annotations: { 'wf-deploy.io/epoch': '7' } },
      spec: {
        rules: [
          { matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [{ name: 'agent', port: 80 }] },
          { backendRefs: [] },
        ],
      },
    };
    expect(yamlText(route)).toBe(
      [
        'kind: HTTPRoute',
        'metadata:',
        '  name: agent',
        '  labels: {}',
        '  annotations:',
        '    wf-deploy.io/epoch: "7"',
        'spec:',
        '  rules:',
        '    - matches:',
        '        - path:',
        '            type: PathPrefix',
        '            value: /',
        '      backendRefs:',
        '        - name: agent',
        '          port: 80',
        '    - backendRefs: []',
        '',
      ].join('\n'),
    );
  });

  it.each([
    'true',
    'No',
    'on',
    'y',
    'null',
    '~',
    '',
    '1',
    '1e3',
    '0x1f',
    '.5',
    '-1',
    '2026-01-01',
    '12:30:00',
    ' a',
    'a ',
    'a: b',
    'a #b',
    '- a',
    '? a',
    '*a',
    '&a',
    '!a',
    '%a',
    '@a',
    '`a',
    '{a',
    '[a',
    '"a',
    "'a",
    'a\nb',
    'a\tb',
    '\u0000',
    '\u007f',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u{1f600}',
    '---',
    '...',
    '<<',
    '=',
    '.nan',
    'a:b',
    'wf-deploy.io/track',
    '/healthz',
  ])('the string %j stays that string, as a value and as a key', (text) => {
    for (const value of [...readBack(yamlText(text)), ...readBack(yamlText([text]))]) expect([text, [text]]).toContainEqual(value);
    for (const value of readBack(yamlText({ [text]: text }))) expect(value).toEqual({ [text]: text });
  });

  it('reads back as it was, whatever it is', () => {
    // A key may have at most 1,024 characters in YAML. JSON has no -0.
    const values = fc
      .jsonValue({
        stringUnit: fc.constantFrom(
          'a',
          'B',
          '0',
          '1',
          '.',
          '-',
          ':',
          ' ',
          '#',
          '\n',
          '"',
          '\\',
          "'",
          '[',
          '{',
          '&',
          '*',
          '!',
          '|',
          '>',
          '%',
          '~',
          'é',
          '\u2028',
          '\u{1f600}',
        ),
      })
      .map((value) => JSON.parse(JSON.stringify(value)) as unknown);
    fc.assert(
      fc.property(values, (value) => {
        for (const read of readBack(yamlText(value))) expect(read).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it('reads back any string of any characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const read of readBack(yamlText([text]))) expect(read).toEqual([text]);
      }),
    );
  });

  it('leaves out what is undefined, as JSON does', () => {
    expect(yamlText({ a: undefined, b: { c: undefined } })).toBe('b: {}\n');
  });

  it('puts several objects into one file', () => {
    const objects = [{ kind: 'Role', rules: [] }, { kind: 'RoleBinding' }];
    expect(parseAllDocuments(yamlDocuments(objects)).map((document) => document.toJS() as unknown)).toEqual(objects);
  });
});
