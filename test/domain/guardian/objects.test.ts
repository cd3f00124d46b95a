import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { accountKinds, accountYaml, guardianJob, guardianParts, isOfJob } from '../../../src/domain/guardian/objects.ts';
import { readUndo, type Undo } from '../../../src/domain/guardian/undo.ts';
import { HTTPRoute } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';

const undo: Undo = {
  router: 'gateway-api',
  app: { service: 'agent', namespace: 'shop', route: 'front', canaryService: 'agent-canary' },
  stableDeployment: 'agent-v1',
  lease: 'wf-deploy-agent',
  epoch: 4,
  leaseSeconds: 60,
  restoreSeconds: 1200,
};
const routes = [{ kind: HTTPRoute, namespace: 'shop', name: 'front' }];
const wish = { image: 'node:24', serviceAccount: undefined };
const owner = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'wf-deploy-guardian-agent', uid: 'u1' } };
const partsOf = (account: string | undefined, url: string | undefined) =>
  guardianParts(
    undo,
    { ...wish, serviceAccount: account },
    { script: 'code', tells: url === undefined ? [] : [{ kind: 'slack', url }], owner, routes },
  );
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind.
const plain = (value: unknown): any => value;

describe('a guardian', () => {
  it('runs with as little as the restricted Pod Security level asks for', () => {
    const { spec } = plain(guardianJob(undo, wish, false)).spec.template;
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(spec.securityContext.runAsUser).toBeGreaterThan(0);
    const [{ securityContext, resources }] = spec.containers;
    expect(securityContext).toEqual({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
    expect(Object.keys(resources.limits)).toEqual(Object.keys(resources.requests));
  });

  it('is given up for no number of evictions and restarts, and outlives the longest run and the longest pause after it', () => {
    const { backoffLimit, activeDeadlineSeconds, template } = plain(guardianJob(undo, wish, false)).spec;
    expect([backoffLimit, template.spec.restartPolicy]).toEqual([2 ** 31 - 1, 'OnFailure']);
    // Five days of a job on a self-hosted runner, and the most that `pause-deadline` takes.
    expect(activeDeadlineSeconds).toBeGreaterThan((5 + 5) * 24 * 3600);
  });

  it('keeps sidecars out by the label and by the annotation, and is found by the labels of its service', () => {
    const { labels, annotations } = plain(guardianJob(undo, wish, false)).spec.template.metadata;
    expect(labels).toEqual({ 'wf-deploy.io/service': 'agent', 'wf-deploy.io/track': 'guardian', 'sidecar.istio.io/inject': 'false' });
    expect(annotations).toMatchObject({ 'sidecar.istio.io/inject': 'false', 'linkerd.io/inject': 'disabled' });
  });

  it('sleeps until its parts are there, and they are its own', () => {
    expect(plain(guardianJob(undo, wish, false)).spec.suspend).toBe(true);
    for (const { object } of partsOf(undefined, 'https://chat.example.com/secret'))
      expect(object.metadata.ownerReferences).toEqual([
        { apiVersion: 'batch/v1', kind: 'Job', name: 'wf-deploy-guardian-agent', uid: 'u1' },
      ]);
  });

  it('finds the files it is given', () => {
    const { spec } = plain(guardianJob(undo, wish, true)).spec.template;
    const parts = partsOf(undefined, 'https://chat.example.com/secret');
    const named = (kind: string) => plain(parts.find(({ object }) => object.kind === kind)?.object);
    expect(spec.volumes.map((volume: { name: string }) => volume.name)).toEqual(
      spec.containers[0].volumeMounts.map(({ name }: { name: string }) => name),
    );
    expect(spec.volumes[0].configMap.name).toBe(named('ConfigMap').metadata.name);
    expect(spec.volumes[1].secret.secretName).toBe(named('Secret').metadata.name);
    expect(spec.serviceAccountName).toBe(named('ServiceAccount').metadata.name);
    expect(readUndo(named('ConfigMap').data['undo.json'])).toEqual(undo);
    expect(named('ConfigMap').data['guardian.js']).toBe('code');
  });

  it('keeps the addresses of whom it tells in a Secret alone', () => {
    const secret = 'https://chat.example.com/secret';
    expect(partsOf(undefined, undefined).map(({ kind }) => kind.kind)).not.toContain('Secret');
    const holding = partsOf(undefined, secret).filter(({ object }) => JSON.stringify(object).includes(secret));
    expect(holding.map(({ kind }) => kind.kind)).toEqual(['Secret']);
    expect(JSON.stringify(guardianJob(undo, wish, true))).not.toContain(secret);
  });

  it('gets no account when one is given', () => {
    expect(partsOf('theirs', undefined).map(({ kind }) => kind.kind)).toEqual(['ConfigMap']);
    expect(plain(guardianJob(undo, { ...wish, serviceAccount: 'theirs' }, false)).spec.template.spec.serviceAccountName).toBe('theirs');
  });

  it('may touch what it takes back and nothing else', () => {
    const role = plain(partsOf(undefined, undefined).find(({ kind }) => kind.kind === 'Role')?.object);
    expect(role.rules).toEqual([
      { apiGroups: ['gateway.networking.k8s.io'], resources: ['httproutes'], resourceNames: ['front'], verbs: ['get', 'update'] },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: ['wf-deploy-agent'], verbs: ['get', 'update', 'patch'] },
      { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['agent-v1'], verbs: ['get', 'patch'] },
      { apiGroups: [''], resources: ['events'], verbs: ['create'] },
    ]);
  });

  it('has an account that an administrator can apply', () => {
    const documents = parseAllDocuments(accountYaml(undo, routes)).map((document) => plain(document.toJS()));
    expect(documents.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([
      'ServiceAccount shop/wf-deploy-guardian-agent',
      'Role shop/wf-deploy-guardian-agent',
      'RoleBinding shop/wf-deploy-guardian-agent',
    ]);
    // It is theirs: `uninstall` goes by labels and owners.
    expect(documents.map(({ metadata }) => Object.keys(metadata))).toEqual(documents.map(() => ['name', 'namespace']));
  });

  it('tells its own account from that of an administrator', () => {
    const accounts = partsOf(undefined, undefined).filter(({ kind }) => accountKinds.includes(kind));
    expect(accounts).toHaveLength(3);
    expect(accounts.map(({ object }) => isOfJob(object))).toEqual([true, true, true]);
    const { ownerReferences: _, ...metadata } = accounts[0]?.object.metadata ?? { name: '' };
    expect(isOfJob({ ...(accounts[0]?.object as KubernetesObject), metadata })).toBe(false);
  });
});
