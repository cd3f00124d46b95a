import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ConfigMap } from '../../../src/domain/kubernetes/kinds.ts';
import { type Journal, journalName, journalSecret, readJournal } from '../../../src/domain/rolling/journal.ts';

const journal = (data: unknown): Journal => ({
  key: 'k',
  entries: [
    {
      ref: { kind: ConfigMap, namespace: 'shop', name: 'c' },
      before: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data },
      images: { api: 'a:1' },
    },
  ],
});

it('reads back what it wrote, whatever language it is in', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), (data) => {
      expect(readJournal(journalSecret('agent', 'shop', journal(data), 7))).toEqual(JSON.parse(JSON.stringify(journal(data))));
    }),
  );
});

it('an object that was not there is not there after reading either', () => {
  const absent: Journal = {
    key: 'k',
    entries: [{ ref: { kind: ConfigMap, namespace: 'shop', name: 'c' }, before: undefined, images: undefined }],
  };
  expect(readJournal(journalSecret('agent', 'shop', absent, 7))?.entries[0]?.before).toBeUndefined();
});

it('is a Secret of the service, of a type of its own', () =>
  expect(journalSecret('agent', 'shop', journal({}), 7)).toMatchObject({
    kind: 'Secret',
    type: 'wf-deploy.io/undo',
    metadata: { name: journalName('agent'), namespace: 'shop' },
  }));

it.each([
  undefined,
  {},
  { 'journal.json': '' },
  { 'journal.json': '!!' },
  { 'journal.json': btoa('{}') },
  { 'journal.json': btoa('null') },
  { 'journal.json': btoa('{"key":"k","entries":[{"ref":{}}]}') },
])('%j is not one', (data) => expect(readJournal({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, data })).toBeUndefined());
