import { describe, expect, it } from '@jest/globals';
import { referencesOf, renamed } from '../../../src/domain/manifests/references.ts';

const template = {
  metadata: { labels: { app: 'agent' }, annotations: { configMap: 'no' } },
  spec: {
    imagePullSecrets: [{ name: 'pull' }],
    volumes: [
      { name: 'v1', configMap: { name: 'files', items: [{ key: 'a', path: 'a' }] } },
      { name: 'v2', secret: { secretName: 'keys' } },
      {
        name: 'v3',
        projected: { sources: [{ configMap: { name: 'one' } }, { secret: { name: 'two' } }, { serviceAccountToken: { path: 't' } }] },
      },
      { name: 'v4', azureFile: { secretName: 'share', shareName: 's' } },
      { name: 'v5', csi: { driver: 'd', nodePublishSecretRef: { name: 'csi' } } },
      { name: 'v6', emptyDir: {} },
    ],
    initContainers: [{ name: 'init', envFrom: [{ secretRef: { name: 'init' } }] }],
    containers: [
      {
        name: 'agent',
        envFrom: [{ configMapRef: { name: 'settings' }, prefix: 'A_' }],
        env: [
          { name: 'configMap', value: 'settings' },
          { name: 'B', valueFrom: { configMapKeyRef: { name: 'settings', key: 'b' } } },
          { name: 'C', valueFrom: { secretKeyRef: { name: 'keys', key: 'c' } } },
          { name: 'D', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
      },
    ],
  },
};

describe('what a pod template is configured by', () => {
  it('is found wherever a PodSpec can name it, each once', () => {
    expect(referencesOf(template).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'Secret pull',
      'ConfigMap files',
      'Secret keys',
      'ConfigMap one',
      'Secret two',
      'Secret share',
      'Secret csi',
      'Secret init',
      'ConfigMap settings',
    ]);
  });

  it('is renamed there and nowhere else', () => {
    const other = renamed(template, ({ kind, name }) => `${kind}/${name}`);
    const text = JSON.stringify(template);
    const expected = text
      .replace('{"name":"pull"}', '{"name":"Secret/pull"}')
      .replace('"name":"files"', '"name":"ConfigMap/files"')
      .replaceAll('"secretName":"keys"', '"secretName":"Secret/keys"')
      .replace('{"name":"one"}', '{"name":"ConfigMap/one"}')
      .replace('{"name":"two"}', '{"name":"Secret/two"}')
      .replace('"secretName":"share"', '"secretName":"Secret/share"')
      .replace('{"name":"csi"}', '{"name":"Secret/csi"}')
      .replace('"secretRef":{"name":"init"}', '"secretRef":{"name":"Secret/init"}')
      .replaceAll('Ref":{"name":"settings"', 'Ref":{"name":"ConfigMap/settings"')
      .replace('"secretKeyRef":{"name":"keys"', '"secretKeyRef":{"name":"Secret/keys"');
    expect(JSON.stringify(other)).toBe(expected);
    expect(JSON.stringify(template)).toBe(text);
  });

  it('is nothing where there is no spec', () => expect(referencesOf({})).toEqual([]));
});
