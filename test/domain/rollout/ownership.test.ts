import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { Labels } from '../../../src/domain/kubernetes/labels.ts';
import { canaryChange, minimumChange, ownerOf, routeChange, stableChange } from '../../../src/domain/rollout/ownership.ts';
import { routers } from '../../../src/domain/traffic/index.ts';
import { scaledObject } from '../capacity/autoscalers.ts';

const route = (labels: Labels, annotations: Labels = {}) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'agent', namespace: 'shop', labels, annotations },
});
const deployment = (labels: Labels, annotations: Labels = {}) => ({
  ...route(labels, annotations),
  apiVersion: 'apps/v1',
  kind: 'Deployment',
});
const ofRoute = (object: ReturnType<typeof route>, router = 'gateway-api') =>
  ownerOf(object, routeChange(object, routers[router]!.weights));
const writtenBy = (manager: string, object: ReturnType<typeof route>) => ({
  ...object,
  metadata: { ...object.metadata, managedFields: [{ manager: 'kubectl' }, { manager, operation: 'Update' }] },
});
const instance = { 'app.kubernetes.io/instance': 'shop' };
const tracked = (id: string) => route({}, { 'argocd.argoproj.io/tracking-id': id });

describe('who will write an object again', () => {
  it.each([
    ['nobody', route({}), undefined],
    [
      'nobody, with labels that prove nothing',
      route({ 'app.kubernetes.io/instance': 'shop', 'app.kubernetes.io/managed-by': 'hand' }),
      undefined,
    ],
    ['Argo CD by annotation', tracked('shop:gateway.networking.k8s.io/HTTPRoute:shop/agent'), { tool: 'Argo CD', name: 'shop' }],
    [
      'Argo CD with an application in another namespace',
      tracked('team_shop:gateway.networking.k8s.io/HTTPRoute:shop/agent'),
      { tool: 'Argo CD', name: 'team_shop' },
    ],
    ['Argo CD with a tracking id of a form of its own', tracked('shop'), { tool: 'Argo CD', name: 'shop' }],
    ['nobody, when the tracking id is another object’s', tracked('shop:gateway.networking.k8s.io/HTTPRoute:shop/persona'), undefined],
    ['nobody, when the tracking id is of another kind', tracked('shop:apps/Deployment:shop/agent'), undefined],
    ['Argo CD by its label until 3.0, which it wrote', writtenBy('argocd-controller', route(instance)), { tool: 'Argo CD', name: 'shop' }],
    [
      'Argo CD by the same label, before it had a manager',
      writtenBy('argocd-application-controller', route(instance)),
      { tool: 'Argo CD', name: 'shop' },
    ],
    [
      'Argo CD by the same label rather than the Helm chart that it renders',
      writtenBy('argocd-controller', route({ ...instance, 'app.kubernetes.io/managed-by': 'Helm' })),
      { tool: 'Argo CD', name: 'shop' },
    ],
    ['nobody, when another wrote the same label', writtenBy('argocd-server', route(instance)), undefined],
    ['nobody, when Argo CD wrote an object that it does not track', writtenBy('argocd-controller', route({})), undefined],
    ['Argo CD by label', route({ 'argocd.argoproj.io/instance': 'shop' }), { tool: 'Argo CD', name: 'shop' }],
    [
      'Flux',
      route({ 'kustomize.toolkit.fluxcd.io/name': 'apps', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' }),
      { tool: 'Flux', name: 'flux-system/apps' },
    ],
    [
      'nobody, when Flux is told not to reconcile',
      route({ 'kustomize.toolkit.fluxcd.io/name': 'apps' }, { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' }),
      undefined,
    ],
    [
      'nobody, when Flux only creates',
      route({ 'kustomize.toolkit.fluxcd.io/name': 'apps' }, { 'kustomize.toolkit.fluxcd.io/ssa': 'IfNotPresent' }),
      undefined,
    ],
    [
      'Flux when it merges',
      route({ 'kustomize.toolkit.fluxcd.io/name': 'apps' }, { 'kustomize.toolkit.fluxcd.io/ssa': 'Merge' }),
      { tool: 'Flux', name: 'apps' },
    ],
    [
      'Flux rather than Helm',
      route({ 'helm.toolkit.fluxcd.io/name': 'agent', 'app.kubernetes.io/managed-by': 'Helm' }, { 'meta.helm.sh/release-name': 'agent' }),
      { tool: 'Flux', name: 'agent' },
    ],
    [
      'Argo CD rather than Helm',
      route(
        { 'app.kubernetes.io/managed-by': 'Helm' },
        { 'argocd.argoproj.io/tracking-id': 'shop:gateway.networking.k8s.io/HTTPRoute:shop/agent' },
      ),
      { tool: 'Argo CD', name: 'shop' },
    ],
    ['Helm', route({ 'app.kubernetes.io/managed-by': 'Helm' }, { 'meta.helm.sh/release-name': 'agent' }), { tool: 'Helm', name: 'agent' }],
    [
      'Helm by its label alone',
      route({ 'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/instance': 'agent-7' }),
      { tool: 'Helm', name: 'agent-7' },
    ],
  ] as const)('%s', (_, object, expected) => {
    const owner = ofRoute(object);
    expect(owner === undefined ? undefined : { tool: owner.tool, name: owner.name }).toEqual(expected);
  });

  it('says what is reverted and what to change, by kind', () => {
    const labels = { 'helm.toolkit.fluxcd.io/name': 'agent' };
    expect(ofRoute(route(labels))).toMatchObject({
      reverts: expect.stringContaining('the weights of HTTPRoute agent'),
      change: expect.stringContaining('at weight 0 in Git'),
    });
    expect(ownerOf(deployment(labels), stableChange(deployment(labels)))).toMatchObject({
      reverts: expect.stringContaining('the image of Deployment agent'),
      change: expect.stringContaining('promoted image'),
    });
    expect(ownerOf(deployment(labels), canaryChange(deployment(labels)))).toMatchObject({
      reverts: expect.stringContaining('image and size of Deployment agent'),
      change: expect.stringContaining('at 0 replicas in Git'),
    });
  });

  it('lets Argo CD ignore the weights and nothing else', () => {
    const owner = ofRoute(tracked('shop:gateway.networking.k8s.io/HTTPRoute:shop/agent'));
    expect(parse(owner!.yaml!)).toEqual({
      spec: {
        ignoreDifferences: [
          {
            group: 'gateway.networking.k8s.io',
            kind: 'HTTPRoute',
            name: 'agent',
            jqPathExpressions: ['.spec.rules[]?.backendRefs[]?.weight'],
          },
        ],
        syncPolicy: { syncOptions: ['RespectIgnoreDifferences=true'] },
      },
    });
  });

  it.each([
    ['gateway-api', '.spec.rules[]?.backendRefs[]?.weight', '/spec/rules'],
    ['istio', '.spec.http[]?.route[]?.weight', '/spec/http'],
    [
      'nginx-ingress',
      '.metadata.annotations["nginx.ingress.kubernetes.io/canary-weight"]',
      '/metadata/annotations/nginx.ingress.kubernetes.io~1canary-weight',
    ],
  ])('knows where the weights of %s lie', (router, jq, pointer) => {
    const argo = ofRoute(route({ 'argocd.argoproj.io/instance': 'shop' }), router);
    expect(parse(argo!.yaml!).spec.ignoreDifferences[0].jqPathExpressions).toEqual([jq]);
    const flux = ofRoute(route({ 'helm.toolkit.fluxcd.io/name': 'agent' }), router);
    expect(parse(flux!.yaml!).spec.driftDetection.ignore[0].paths).toEqual([pointer]);
  });

  it.each([
    ['both minima', scaledObject({ minReplicaCount: 1, idleReplicaCount: 0 }), ['minReplicaCount', 'idleReplicaCount']],
    ['no field that is not there', scaledObject({ minReplicaCount: 1 }), ['minReplicaCount']],
  ])('lets %s of a ScaledObject alone', (_, { metadata, ...object }, fields) => {
    const owned = (labels: Labels) => ({ ...object, metadata: { ...metadata, labels } });
    const change = minimumChange(owned({}));
    expect(change.what).toBe(`${fields.join(' and ')} of ScaledObject agent`);
    const argo = ownerOf(owned({ 'argocd.argoproj.io/instance': 'shop' }), change);
    expect(parse(argo!.yaml!).spec.ignoreDifferences[0].jqPathExpressions).toEqual(fields.map((field) => `.spec.${field}`));
    const flux = ownerOf(owned({ 'helm.toolkit.fluxcd.io/name': 'agent' }), change);
    expect(parse(flux!.yaml!).spec.driftDetection.ignore[0].paths).toEqual(fields.map((field) => `/spec/${field}`));
  });
});
