import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import type { Revision } from '../../../src/domain/kubernetes/revision.ts';
import type { PodTemplate } from '../../../src/domain/kubernetes/workload.ts';
import { choose, type Facts } from '../../../src/domain/rollback/choose.ts';
import { parseTo } from '../../../src/domain/rollback/to.ts';
import { type GoodRelease, releaseOf } from '../../../src/domain/rollout/good-release.ts';

const image = (letter: string): string => `agent@sha256:${letter.repeat(64)}`;
const template = (letter: string, config = 'agent'): PodTemplate => ({
  spec: { containers: [{ name: 'api', image: image(letter), envFrom: [{ configMapRef: { name: config } }] }] },
});
const revision = (number: number, of: PodTemplate, day = number): Revision => ({
  number,
  name: `agent-${number}`,
  template: of,
  createdAt: `2026-03-0${day}T00:00:00Z`,
  annotations: {},
  podLabel: { key: 'pod-template-hash', value: String(number) },
});
const release = (of: PodTemplate, at: string): GoodRelease =>
  releaseOf('Deployment/agent', of, { run: 'run', who: undefined, commit: undefined, at });
const workload = (of: PodTemplate): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'agent' },
  spec: { template: of },
});

const [one, two, three] = [template('1'), template('2'), template('3')];
const facts = (more: Partial<Facts> = {}): Facts => ({
  workload: workload(three),
  revisions: [revision(3, three), revision(2, two), revision(1, one)],
  releases: [release(three, '2026-03-03T06:00:00Z'), release(two, '2026-03-02T06:00:00Z')],
  holds: undefined,
  container: undefined,
  digest: undefined,
  now: '2026-03-10T00:00:00.123Z',
  digests: new Map(),
  ...more,
});
const hold = (letter: string): NonNullable<Facts['holds']> => ({
  unreadable: false,
  list: [{ environment: '', digest: `sha256:${letter.repeat(64)}`, who: '', why: '', run: '', at: '', by: 'rollback' }],
});

function chosen(text: string, more: Partial<Facts> = {}): string {
  const to = parseTo(text);
  if (!to.ok) throw new Error(to.problem);
  const found = choose(to.value, facts(more));
  if (found.is !== 'template') return found.is;
  return found.revision === undefined ? `images ${Object.values(imagesIn(found.template)).join()}` : `revision ${found.revision.number}`;
}
const imagesIn = ({ spec }: PodTemplate) => Object.fromEntries((spec?.containers ?? []).map((each) => [each.name, each.image ?? '']));

describe('a rollback chooses', () => {
  it.each([
    ['previous', {}, 'revision 2'],
    ['previous', { revisions: [revision(3, three)] }, 'refused'],
    ['previous, before the controller has kept the present template', { revisions: [revision(2, two), revision(1, one)] }, 'revision 2'],
    ['revision:1', {}, 'revision 1'],
    ['3', {}, 'there'],
    ['revision:9', {}, 'refused'],
    [image('1'), {}, 'revision 1'],
    [image('3'), {}, 'there'],
    [image('4'), {}, `images ${image('4')}`],
    ['agent:v1', { digest: `sha256:${'1'.repeat(64)}` }, 'revision 1'],
    ['agent:v9', {}, 'images agent:v9'],
    ['2026-03-02T12:00:00Z', {}, 'revision 2'],
    ['2026-03-01T12:00:00Z', {}, 'revision 1'],
    ['2026-02-01T12:00:00Z', {}, 'refused'],
    ['last-known-good', {}, 'revision 2'],
    ['last-known-good', { holds: hold('2') }, 'refused'],
    ['last-known-good', { releases: [] }, 'refused'],
    ['last-known-good', { revisions: [revision(3, three)] }, `images ${image('2')}`],
  ] as const)('%s: %#', (text, more, expected) => expect(chosen(text.split(',')[0] ?? '', more)).toBe(expected));

  it('nothing by a time that is still to come, and says what the time is', () => {
    const to = parseTo('2026-03-10T01:00:00+01:00');
    const future = parseTo('2026-03-10T00:01:00Z');
    if (!to.ok || !future.ok) throw new Error('no time');
    expect(choose(to.value, facts())).toMatchObject({ is: 'there' });
    expect(choose(future.value, facts())).toEqual({
      is: 'refused',
      what: '`to` = `2026-03-10T00:01:00Z` is in the future; it is now 2026-03-10T00:00:00Z.',
      remedy: 'Write a time that has passed.',
    });
  });

  it('of several revisions with the images of a release the one with its settings', () => {
    const other = template('2', 'agent-new');
    const revisions = [revision(4, three), revision(3, other), revision(2, two)];
    expect(chosen('last-known-good', { revisions })).toBe('revision 2');
  });

  it('no container by itself where there are several', () => {
    const pair: PodTemplate = { spec: { containers: [...(three.spec?.containers ?? []), { name: 'proxy', image: 'proxy:v1' }] } };
    expect(chosen(image('4'), { workload: workload(pair) })).toBe('refused');
    expect(chosen(image('4'), { workload: workload(pair), container: 'api' })).toBe(`images ${image('4')},proxy:v1`);
  });
});
