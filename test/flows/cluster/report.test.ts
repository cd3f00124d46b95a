import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { parseClusters } from '../../../src/domain/fleet/named-cluster.ts';
import { Failure } from '../../../src/failure.ts';
import type { ClusterResult } from '../../../src/flows/cluster/execute.ts';
import { clusterOutputNames, refusedCluster, reportCluster } from '../../../src/flows/cluster/report.ts';

const schemaOf = (name: string) =>
  new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true, strictRequired: false }).compile(
    JSON.parse(readFileSync(new URL(`../../../schemas/${name}`, import.meta.url), 'utf8')) as object,
  );
const conforms = schemaOf('cluster-report.schema.json');

const ready: ClusterResult = {
  named: undefined,
  server: 'host:6443',
  context: 'one',
  namespace: 'shop',
  version: 'v1.34.4',
  checks: [
    { name: 'API server', is: 'pass', found: 'answers as v1.34.4' },
    { name: 'version skew', is: 'not-checked', reason: '| may <b>not</b> |', required: false },
  ],
  kept: { path: '/tmp/kubeconfig', search: '/tmp/kubeconfig:/tmp/earlier' },
};

describe('reportCluster', () => {
  it('gives a usable cluster to the later steps', () => {
    const report = reportCluster(ready);
    expect(report).toMatchObject({ succeeded: true, environment: { KUBECONFIG: '/tmp/kubeconfig:/tmp/earlier' }, annotation: undefined });
    expect(report.outputs).toMatchObject({ outcome: 'ready', reason: '', kubeconfig: '/tmp/kubeconfig', version: 'v1.34.4', weight: '' });
    expect(conforms(report.file)).toBe(true);
    expect(report.summary).toContain('❔ not checked');
    expect(report.summary).not.toContain('<b>');
  });

  it('gives none that cannot be used, and says why and what to do', () => {
    const { kept: _, ...rest } = ready;
    const report = reportCluster({
      ...rest,
      kept: undefined,
      checks: [
        { name: 'namespace', is: 'fail', found: 'there is no namespace shop', remedy: 'Make it.' },
        { name: 'room', is: 'not-checked', reason: 'may not read', required: true },
      ],
    });
    expect(report).not.toHaveProperty('environment');
    expect(report).toMatchObject({
      succeeded: false,
      outputs: { outcome: 'not-started', reason: 'namespace: there is no namespace shop; room: not checked, may not read', kubeconfig: '' },
      annotation: { level: 'error', text: 'namespace: there is no namespace shop → Make it.\nroom: not checked, may not read' },
    });
    expect(conforms(report.file)).toBe(true);
  });

  it('has every output in each report', () => {
    const refusal = refusedCluster(new Failure('KUBECONFIG_INVALID', 'What.', 'Remedy.'));
    for (const report of [reportCluster(ready)])
      expect(new Set([...Object.keys(report.outputs), 'report'])).toEqual(new Set(clusterOutputNames));
    expect(refusal).toMatchObject({ succeeded: false, outputs: { outcome: 'not-started', reason: 'What.' } });
  });
});

describe('schemas/clusters.schema.json', () => {
  const conform = schemaOf('clusters.schema.json');
  const aks = '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c';

  it.each([
    ['clusters: [{ name: a, environment: b, kubeconfig-secret: C, context: d, weight: 5, canary: true, region: e, namespace: f }]'],
    [`clusters: [{ name: a, environment: b, aks: "${aks}" }]`],
    [`clusters: [{ name: a, environment: b, aks: "${aks}", azure-cloud: china }]`],
    [`clusters: [{ name: a, environment: b, aks: "${aks}", azure-cloud: germany }]`],
    [`clusters: [{ name: a, environment: b, aks: "${aks}", azure-cloud: "https://login.example.com" }]`],
    ['clusters: [{ name: a, environment: b, kubeconfig-secret: C, azure-cloud: china }]'],
    ['clusters: []'],
    ['clusters: [{ name: a, environment: b }]'],
    ['clusters: [{ name: a, environment: b, kubeconfig-secret: "x y" }]'],
    ['clusters: [{ name: a, environment: b, kubeconfig-secret: GITHUB_X }]'],
    ['clusters: [{ name: A, environment: b, kubeconfig-secret: C }]'],
    ['clusters: [{ name: a, environment: b, kubeconfig-secret: C, weight: 1.5 }]'],
    [`clusters: [{ name: a, environment: b, kubeconfig-secret: C, aks: "${aks}" }]`],
    [`clusters: [{ name: a, environment: b, aks: "${aks}", context: c }]`],
    ['clusters: [{ name: a, environment: b, kubeconfig-secret: C, more: 1 }]'],
  ])('says the same as the parser of %s', (text) => {
    const value = parse(text) as unknown;
    expect(conform(value)).toBe(parseClusters([value]).ok);
  });
});
