import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Manifest } from '../../../src/domain/rolling/manifest.ts';
import { readManifests } from '../../../src/flows/stage/read-manifests.ts';
import { stage } from '../stand-ins.ts';

const config = (name: string, data = 'A: "1"'): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  ${data}\n`;

async function read(files: Readonly<Record<string, string>>, ...paths: readonly string[]): Promise<readonly Manifest[]> {
  const workspace = mkdtempSync(join(tmpdir(), 'wf-deploy-manifests-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(workspace, path)), { recursive: true });
      writeFileSync(join(workspace, path), text);
    }
    return await readManifests(stage({ workspace }).world, paths);
  } finally {
    rmSync(workspace, { recursive: true });
  }
}

it('reads files, folders and patterns, each once, with where an object comes from', async () => {
  const found = await read(
    {
      'k8s/a.yaml': `${config('a')}---\n${config('b')}`,
      'k8s/more/c.yml': config('c'),
      'k8s/README.md': '# no',
      'd.json': '{"apiVersion":"v1","kind":"Service","metadata":{"name":"d"}}',
    },
    'k8s',
    'k8s/*.yaml',
    'd.json',
  );
  expect(found.map(({ object, from }) => `${object.metadata.name}: ${from}`)).toEqual([
    'a: k8s/a.yaml, document 1',
    'b: k8s/a.yaml, document 2',
    'c: k8s/more/c.yml',
    'd: d.json',
  ]);
});

it('takes lists apart', async () => {
  const list = `apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Service\n    metadata: { name: a }\n  - apiVersion: v1\n    kind: Service\n    metadata: { name: b }\n`;
  expect((await read({ 'l.yaml': list }, 'l.yaml')).map(({ object }) => object.metadata.name)).toEqual(['a', 'b']);
});

it('a digest is of what pods see: the order of keys and the labels say nothing', async () => {
  const labelled = config('a', 'A: "1"\n  B: "2"').replace('name: a', 'name: a\n  labels: { x: y }');
  const [one, two, three] = await read(
    {
      '1.yaml': config('a', 'A: "1"\n  B: "2"'),
      '2.yaml': labelled.replace('A: "1"\n  B: "2"', 'B: "2"\n  A: "1"'),
      '3.yaml': config('a', 'A: "2"'),
    },
    '1.yaml',
    '2.yaml',
    '3.yaml',
  );
  expect(one?.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(two?.digest).toBe(one?.digest);
  expect(three?.digest).not.toBe(one?.digest);
});

it('reads a file mode as kubectl does', async () => {
  const text = 'apiVersion: v1\nkind: Thing\nmetadata: { name: a }\nmode: 0644\n';
  expect((await read({ 'a.yaml': text }, 'a.yaml'))[0]?.object['mode']).toBe(420);
});

describe('what cannot be used is refused, with its place', () => {
  it.each([
    ['no object', { 'a.yaml': 'a: 1\n' }, 'a.yaml', /a\.yaml is no Kubernetes object/],
    ['a list of values', { 'a.yaml': '- 1\n' }, 'a.yaml', /is no Kubernetes object/],
    [
      'a name to be generated',
      { 'a.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: { generateName: a- }\n' },
      'a.yaml',
      /needs apiVersion, kind and metadata\.name/,
    ],
    ['no YAML', { 'a.yaml': 'a: [\n' }, 'a.yaml', /it is not YAML/],
    ['nothing there', { 'a.yaml': config('a') }, 'none/*.yaml', /there is no YAML or JSON file of that name/],
    ['a folder without any', { 'k8s/README.md': '#' }, 'k8s', /there is no YAML or JSON file/],
    ['a way out', { 'a.yaml': config('a') }, '../../../etc/hostname', /lies outside of the workspace|no YAML or JSON file/],
  ])('%s', async (_, files, path, what) => {
    await expect(read(files, path)).rejects.toMatchObject({ code: 'FILE_UNREADABLE', what: expect.stringMatching(what) });
  });
});
