import { describe, expect, it } from '@jest/globals';
import {
  changedTemplate,
  containersOf,
  imagesOf,
  setTemplate,
  templateOf,
  unchanged,
  withTemplate,
} from '../../../src/domain/kubernetes/pod-template.ts';
import { template, workload } from '../rolling/objects.ts';

describe.each(['deployment', 'statefulset', 'daemonset', 'cronjob'])('%s', (word) => {
  it('has its template where its kind keeps it, and gets another one there and nothing else', () => {
    const before = workload(word);
    expect(templateOf(before)).toEqual(template());
    const after = withTemplate(before, template({ api: 'agent:v2' }));
    expect(templateOf(after)).toEqual(template({ api: 'agent:v2' }));
    expect(withTemplate(after, template())).toEqual(before);
  });
});

it('sets images by container, init containers too, and leaves the others', () => {
  const whole = {
    ...template({ api: 'a:1', proxy: 'p:1' }),
    spec: { ...template({ api: 'a:1', proxy: 'p:1' }).spec, initContainers: [{ name: 'setup', image: 's:1' }] },
  };
  expect(imagesOf(changedTemplate(whole, { api: 'a:2', setup: 's:2' }))).toEqual({ setup: 's:2', api: 'a:2', proxy: 'p:1' });
  expect(containersOf(whole).map(({ name }) => name)).toEqual(['setup', 'api', 'proxy']);
});

it('a container whose name is a word of the language is one like any other', () =>
  expect(imagesOf(changedTemplate(template({ constructor: 'a:1', api: 'b:1' }), { api: 'b:2' }))).toEqual({
    constructor: 'a:1',
    api: 'b:2',
  }));

it('adds annotations, and leaves metadata alone when there are none', () => {
  expect(changedTemplate(template(), {}, { a: 'b' }).metadata).toEqual({ labels: { app: 'agent' }, annotations: { a: 'b' } });
  expect(changedTemplate(template(), {}).metadata).toEqual({ labels: { app: 'agent' } });
});

it('replaces the whole template by a patch that fails when the workload was written since', () => {
  expect(setTemplate(workload('cronjob'), template())).toEqual([
    { op: 'test', path: '/metadata/resourceVersion', value: '7' },
    { op: 'replace', path: '/spec/jobTemplate/spec/template', value: template() },
  ]);
  expect(unchanged({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x' } })).toEqual([]);
});
