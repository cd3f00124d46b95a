import { expect, it } from '@jest/globals';
import { ConfigMap, Deployment } from '../../../src/domain/kubernetes/kinds.ts';
import { stagePermissions } from '../../../src/domain/rolling/permissions.ts';
import { ref } from './objects.ts';

const needs = {
  service: 'agent',
  namespace: 'shop',
  workloads: [ref('deployment')],
  applied: [],
  reads: false,
  journal: true,
  portForward: false,
};
const words = (more: object = {}) =>
  stagePermissions({ ...needs, ...more }).map(({ verb, resource, subresource, name }) =>
    [verb, resource, subresource, name].filter((part) => part !== undefined).join(' '),
  );

it('an update of images writes the workloads by name, the Lease, and the Secret with the way back', () => {
  const writing = words().filter((word) => !/^(?:get|list|watch) /.test(word));
  expect(writing).toEqual([
    'update deployments agent',
    'update leases wf-deploy-agent',
    'patch leases wf-deploy-agent',
    'create leases',
    'patch secrets wf-deploy-agent-undo',
    'delete secrets wf-deploy-agent-undo',
    'create secrets',
  ]);
  expect(words()).toEqual(expect.arrayContaining(['list replicasets', 'watch replicasets', 'watch deployments', 'watch pods']));
});

it('manifests need their kinds by name, and create only where something is new', () => {
  const applied = [
    { ref: { kind: ConfigMap, namespace: 'shop', name: 'c' }, isNew: true },
    { ref: { kind: Deployment, namespace: 'shop', name: 'agent' }, isNew: false },
  ];
  expect(words({ applied })).toEqual(
    expect.arrayContaining(['patch configmaps c', 'update configmaps c', 'create configmaps', 'patch deployments agent']),
  );
  expect(words({ applied })).not.toContain('create deployments');
});

it('looking writes nothing', () => {
  const found = words({ reads: true, journal: false });
  expect(found.filter((word) => !/^(?:get|list|watch) /.test(word))).toEqual([]);
  expect(found.join()).not.toContain('secrets');
});

it('a StatefulSet and a DaemonSet share what keeps their revisions; a CronJob has nothing of the kind', () => {
  expect(words({ workloads: [ref('statefulset'), ref('daemonset')] }).filter((word) => word.includes('controllerrevisions'))).toEqual([
    'list controllerrevisions',
    'watch controllerrevisions',
  ]);
  expect(words({ workloads: [ref('cronjob')] }).join()).not.toMatch(/replicasets|controllerrevisions/);
});

it('smoke checks need a port-forward', () =>
  expect(words({ portForward: true })).toEqual(
    expect.arrayContaining(['get pods portforward', 'create pods portforward', 'get services agent']),
  ));
