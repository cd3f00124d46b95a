import { expect, it } from '@jest/globals';
import { settingsOf } from '../../../src/domain/manifests/references.ts';
import { configChecksum } from '../../../src/domain/rolling/config-references.ts';
import { template } from './objects.ts';

const whole = template(
  {},
  {
    initContainers: [{ name: 'setup', envFrom: [{ secretRef: { name: 'setup-secret' } }] }],
    containers: [
      {
        name: 'api',
        envFrom: [{ configMapRef: { name: 'env' } }],
        env: [
          { name: 'A', valueFrom: { configMapKeyRef: { name: 'one', key: 'a' } } },
          { name: 'B', valueFrom: { secretKeyRef: { name: 'two', key: 'b' } } },
          { name: 'C', value: 'c' },
          { name: 'D', valueFrom: { fieldRef: { fieldPath: 'x' } } },
        ],
      },
    ],
    volumes: [
      { name: 'v1', configMap: { name: 'files' } },
      { name: 'v2', secret: { secretName: 'keys' } },
      {
        name: 'v3',
        projected: { sources: [{ configMap: { name: 'part' } }, { secret: { name: 'part-secret' } }, { serviceAccountToken: {} }] },
      },
      { name: 'v4', emptyDir: {} },
    ],
    // Read by the kubelet, and not by the pod: a new token for the registry is no new setting.
    imagePullSecrets: [{ name: 'registry' }],
  },
);

it('finds every way by which a pod reads its settings', () =>
  expect(
    settingsOf(whole)
      .map(({ kind, name }) => `${kind}/${name}`)
      .sort(),
  ).toEqual([
    'ConfigMap/env',
    'ConfigMap/files',
    'ConfigMap/one',
    'ConfigMap/part',
    'Secret/keys',
    'Secret/part-secret',
    'Secret/setup-secret',
    'Secret/two',
  ]));

it('says the digests of those that are applied, in an order of their own', () => {
  const digests = new Map([
    ['Secret/two', 'f'.repeat(64)],
    ['ConfigMap/env', 'e'.repeat(64)],
    ['ConfigMap/another', 'd'.repeat(64)],
  ]);
  expect(configChecksum(whole, digests)).toBe(`ConfigMap/env=${'e'.repeat(16)},Secret/two=${'f'.repeat(16)}`);
  expect(configChecksum(template(), digests)).toBeUndefined();
});
