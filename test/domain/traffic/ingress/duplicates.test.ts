import { expect, it } from '@jest/globals';
import { app, inspectAround } from './fixtures.ts';
import { canary, ingress, type Way } from './objects.ts';

/** What a warning says of an Ingress whose path may be that of stable (`/api`). */
const overlap = (way: Way, annotations: Readonly<Record<string, string>> = {}, own: Way = {}): readonly string[] => {
  const pair = [ingress('agent', [own]), { ...ingress('agent-canary', [{ ...own, service: 'agent-canary' }]), metadata: canary.metadata }];
  const { problems, warnings } = inspectAround([...pair, ingress('other', [{ service: 'other', ...way }], { annotations })], app);
  expect(problems).toEqual([]);
  return warnings.map(({ what }) => what);
};
const said = (path: string, own = '/api') => [
  `Ingress other has \`${path}\` beside shop.example.com${own}: the controller may take it for the same requests, and a weight would miss them.`,
];
const regex = { 'use-regex': 'true' };

it.each([
  ['a slash more', { path: '/api/' }, {}, {}, said('/api/')],
  ['a slash more, of no prefix', { path: '/api/', pathType: 'ImplementationSpecific' }, {}, {}, said('/api/')],
  ['a slash more, for that one path', { path: '/api/', pathType: 'Exact' }, {}, {}, []],
  ['a slash less', { path: '/api' }, {}, { path: '/api/' }, said('/api', '/api/')],
  ['a slash less, of no prefix', { path: '/api', pathType: 'ImplementationSpecific' }, {}, { path: '/api/' }, []],
  ['a longer path', { path: '/api/files' }, {}, {}, []],
  ['a pattern for the same path', { path: '/api(/|$)(.*)', pathType: 'ImplementationSpecific' }, regex, {}, said('/api(/|$)(.*)')],
  ['the same with a rewrite', { path: '/api(/|$)(.*)' }, { 'rewrite-target': '/$2' }, {}, said('/api(/|$)(.*)')],
  ['the same without either', { path: '/api(/|$)(.*)' }, {}, {}, []],
  ['a pattern for everything, which is longer', { path: '/(.*)' }, regex, {}, said('/(.*)')],
  ['a pattern for everything, which is shorter', { path: '/.*' }, regex, {}, []],
  ['a pattern for a part of it', { path: '/api/files/(.*)' }, regex, {}, []],
  ['a path with a dot', { path: '/api.v1' }, regex, {}, []],
  ['a pattern of another host', { path: '/api(/|$)(.*)', host: 'www.example.com' }, regex, {}, []],
])('%s', (_, way, annotations, own, expected) => {
  expect(overlap(way, annotations, own)).toEqual(expected);
});

it('an alias that is the host of an Ingress is dropped by the controller, and not told', () => {
  expect(overlap({ host: 'www.example.com' }, { 'server-alias': 'shop.example.com' })).toEqual([]);
});
