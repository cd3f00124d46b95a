import { expect, it } from '@jest/globals';
import { buildContext } from '../../../src/domain/build/context.ts';
import { imageLabels } from '../../../src/domain/build/labels.ts';

const source = { commit: 'c0ffee', committedAt: '2026-11-22T07:18:12+00:00', title: 'agent' };
const of = (ref: string, repository = 'example/agent') =>
  imageLabels(buildContext({ ref, sha: '', repository, serverUrl: 'https://github.com', event: undefined }), source);

it('say where an image comes from', () => {
  expect(of('refs/tags/v1.2.3')).toEqual({
    'org.opencontainers.image.title': 'agent',
    'org.opencontainers.image.source': 'https://github.com/example/agent',
    'org.opencontainers.image.url': 'https://github.com/example/agent',
    'org.opencontainers.image.revision': 'c0ffee',
    'org.opencontainers.image.created': '2026-11-22T07:18:12+00:00',
    'org.opencontainers.image.version': 'v1.2.3',
  });
});

it('say nothing where nothing is known', () => {
  expect(of('refs/heads/main', '')).toEqual({
    'org.opencontainers.image.title': 'agent',
    'org.opencontainers.image.revision': 'c0ffee',
    'org.opencontainers.image.created': '2026-11-22T07:18:12+00:00',
  });
});
