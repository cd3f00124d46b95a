import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { gatewayApi } from '../../src/domain/traffic/gateway-api.ts';
import { replicas } from '../../src/domain/traffic/replicas.ts';
import type { Application, Router } from '../../src/domain/traffic/router.ts';
import { deployGuarded } from '../guardian/guarded.ts';
import type { PushedImage } from '../lab/image.ts';
import type { Lab } from '../lab/lab.ts';
import { type Load, startLoad } from '../lab/load.ts';
import { followWeight, startArmsDouble } from '../rollout/arms-double.ts';
import { bringSettings, configured, manifestsWith } from '../rollout/configured-service.ts';
import { type ExampleOptions, type ExampleService, pushVersion } from '../rollout/example-service.ts';
import { oneService } from '../rollout/one-service.ts';
import type { Inputs } from '../rollout/rollouts.ts';
import type { RouterCase } from '../rollout/router-cases.ts';
import { brief } from './journeys.ts';
import { minimum } from './laws.ts';
import { longDrain } from './long-drain.ts';

/** A service whose rollouts are broken on purpose, one after the other, under steady load. */
export interface Subject {
  readonly app: ExampleService;
  readonly router: Router;
  readonly application: Application;
  readonly inputs: Inputs;
  readonly images: Readonly<Record<'good' | 'better' | 'other' | 'bad', PushedImage>>;
  readonly load: Load;
  /** Its canary's pods are the share: each journey begins without. */
  readonly makesItsCanary: boolean;
  route(): Promise<KubernetesObject>;
  /** What the metrics say of a canary from now on, where no data plane runs that could. */
  canaryFails(share: number): void;
  /** The same of stable. */
  stableFails(share: number): void;
  /** Where its settings are brought by manifests: `write` makes new ones, as a file of the workspace. */
  readonly configuration?: { readonly workspace: string; write(): Promise<string> };
  stop(): Promise<void>;
}

/** Without a metrics server it keeps stable within its bounds, and no more. */
const autoscaler = (namespace: string) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { namespace, name: 'agent' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'agent' },
    minReplicas: minimum,
    maxReplicas: 4,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
  },
});

/** That no request fails is said of pods that end in good order. */
const deploy = (lab: Lab, namespace: string, change: ExampleOptions['change']): Promise<ExampleService> =>
  deployGuarded(lab, namespace, (object) => {
    change?.(object);
    longDrain(object);
  });

/** Requests a second; half of them reach a canary that has half the traffic. */
const rate = 24;

const imagesOf = async ({ registry }: Lab): Promise<Subject['images']> => {
  const [good, better, other, bad] = await Promise.all([
    pushVersion(registry, 'good', {}),
    pushVersion(registry, 'better', {}),
    pushVersion(registry, 'other', {}),
    pushVersion(registry, 'bad', { ERROR_RATE: '100%' }),
  ]);
  return { good, better, other, bad };
};

const applicationOf = (namespace: string, router: Router, subsets: RouterCase['subsets']): Application => ({
  service: 'agent',
  namespace,
  route: router.defaultRoute('agent'),
  canaryService: 'agent-canary',
  ...(subsets === undefined ? {} : { subsets }),
});

const routeReader =
  ({ client }: Lab, router: Router, application: Application) =>
  async (): Promise<KubernetesObject> => {
    const [ref] = router.objects(application);
    if (ref === undefined) throw new Error(`${router.name} has no object.`);
    const { kind, namespace, name } = ref;
    return (await client.get({ apiVersion: kind.apiVersion, kind: kind.kind, namespace, name })) as KubernetesObject;
  };

/** Behind Traefik, whose real traffic is measured. */
export async function gatewaySubject(lab: Lab, namespace: string, change?: ExampleOptions['change']): Promise<Subject> {
  const [app, images] = await Promise.all([deploy(lab, namespace, change), imagesOf(lab)]);
  await lab.client.apply(autoscaler(namespace));
  const application = applicationOf(namespace, gatewayApi, undefined);
  const load = startLoad(app.load(rate));
  return {
    app,
    router: gatewayApi,
    application,
    inputs: { ...app.inputs, ...brief },
    images,
    load,
    makesItsCanary: false,
    route: routeReader(lab, gatewayApi, application),
    canaryFails: () => undefined,
    stableFails: () => undefined,
    stop: async () => void (await load.stop()),
  };
}

/** The same with its settings in a ConfigMap, which each journey with manifests changes. */
export async function configuredSubject(lab: Lab, namespace: string, workspace: string): Promise<Subject> {
  await bringSettings(lab, namespace);
  const subject = await gatewaySubject(lab, namespace, configured);
  let written = 0;
  const write = (): Promise<string> => {
    written += 1;
    return manifestsWith(workspace, subject.app, { LABEL: `settings-${written}` });
  };
  return { ...subject, configuration: { workspace, write } };
}

/** Behind one Service, whose pods are the share: real traffic too. */
export async function podsSubject(lab: Lab, namespace: string): Promise<Subject> {
  const [app, images] = await Promise.all([deploy(lab, namespace, oneService), imagesOf(lab)]);
  await lab.client.apply(autoscaler(namespace));
  const application: Application = { ...applicationOf(namespace, replicas, undefined), oneService: true };
  const load = startLoad(app.load(rate));
  const { client } = lab;
  return {
    app,
    router: replicas,
    application,
    inputs: { ...app.inputs, ...brief, router: replicas.name },
    images,
    load,
    makesItsCanary: true,
    // Before the first canary there is none, and nobody is sent to it.
    route: async () =>
      ((await client.find({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'agent-canary' })) ?? {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'agent-canary', namespace },
        spec: { replicas: 0 },
      }) as KubernetesObject,
    canaryFails: () => undefined,
    stableFails: () => undefined,
    stop: async () => void (await load.stop()),
  };
}

/** Where no data plane can run: a double counts as if the traffic followed the weight, and the load reaches stable alone. */
export async function routerSubject(lab: Lab, namespace: string, of: RouterCase): Promise<Subject> {
  const { router, subsets, change } = of;
  const [app, images] = await Promise.all([deploy(lab, namespace, change), imagesOf(lab)]);
  await lab.client.patch(
    { apiVersion: 'v1', kind: 'Namespace', name: namespace },
    { metadata: { labels: { 'istio-injection': 'enabled' } } },
  );
  await lab.client.apply([...of.objects(namespace), autoscaler(namespace)]);
  const application = applicationOf(namespace, router, subsets);
  const [double, load] = [await startArmsDouble(of.metrics), startLoad(app.load(rate))];
  const route = routeReader(lab, router, application);
  const following = followWeight(double, async () => router.weight([await route()], application));
  const { 'prometheus-url': _, ...inputs } = app.inputs;
  return {
    app,
    router,
    application,
    inputs: {
      ...inputs,
      ...brief,
      router: router.name,
      metrics: router.name,
      'prometheus-url': double.url,
      ...(subsets === undefined ? {} : { 'stable-subset': subsets.stable, 'canary-subset': subsets.canary }),
    },
    images,
    load,
    makesItsCanary: false,
    route,
    canaryFails: (share) => {
      double.errors = share;
    },
    stableFails: (share) => {
      double.stableErrors = share;
    },
    stop: async () => {
      await following.stop();
      await Promise.all([load.stop(), double.stop()]);
    },
  };
}
