import { readFile } from 'node:fs/promises';
import { pushVersion } from '../example-service.ts';
import { apply, type Case, type Mend, refused, warned } from './case.ts';
import { object, type Place, patience, put, type World } from './world.ts';

/** A run by an account that has no rights yet. */
export const account = async ({ lab, namespace }: Place) => ({
  kubeconfig: await readFile(await lab.kubeconfigFor({ namespace, serviceAccount: 'deployer' }), 'utf8'),
});

/** The preflight looks at its name alone. */
const guarded = { guardian: 'true', 'guardian-image': `registry.example.com/library/node@sha256:${'1'.repeat(64)}` };

const policy = (egress: readonly object[]) => ({ spec: { podSelector: {}, policyTypes: ['Egress'], egress } });
/** What is allowed to stable by a label that the canary's pods do not have. */
const stableAlone = (spec: object) => ({ spec: { podSelector: { matchLabels: { app: 'agent', version: 'stable' } }, ...spec } });
const quota = (world: World, spec: object) => put(world, 'ResourceQuota/small', { spec });
const counted = async (place: Place) =>
  await place.lab.client.waitFor(
    'use of the quota',
    async () => (await place.get('ResourceQuota/small'))['status']?.used !== undefined,
    patience,
  );
/** Brought when the pods are there: of a quota that comes before them, what is used may be counted late. */
const lateQuota = async (place: Place, spec: object) => {
  await place.apply({ ...object('ResourceQuota/small', { spec }), metadata: { name: 'small', namespace: place.namespace } });
  await counted(place);
};

/** Whose label or annotation makes an object a tool's, on the route of the Gateway API. */
const owned = (name: string, metadata: object, what: string, more: { readonly refuse?: Mend } = {}): Case => ({
  name,
  change: (world) => Object.assign(world['HTTPRoute/agent'].metadata, metadata),
  steps: [...refused(what, more.refuse ?? (() => ({ gitops: 'accept' }))), ...(more.refuse === undefined ? warned(what) : [])],
});

/** The kind without its schema, which says nothing about a policy that is not read. */
const ciliumPolicies = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'ciliumnetworkpolicies.cilium.io' },
  spec: {
    group: 'cilium.io',
    scope: 'Namespaced',
    names: { kind: 'CiliumNetworkPolicy', plural: 'ciliumnetworkpolicies', singular: 'ciliumnetworkpolicy' },
    versions: [
      {
        name: 'v2',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

/** From then on whoever may not list them is not told whether there are any. */
async function withCilium({ lab: { client } }: Place): Promise<void> {
  await client.apply(ciliumPolicies);
  await client.waitFor(
    'the kind of Cilium',
    async () => {
      const found = await client.get({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name: ciliumPolicies.metadata.name,
      });
      const conditions: readonly { readonly type: string; readonly status: string }[] = found['status']?.conditions ?? [];
      return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
    },
    patience,
  );
}

export const clusterCases: readonly Case[] = [
  {
    name: 'rights-missing',
    settle: withCilium,
    inputs: async (place) => ({ ...(await account(place)), ...guarded }),
    steps: [
      {
        says: [
          /^Permissions are missing: get httproutes \(read and write the traffic split, and see it accepted\), .*\. Not required, and denied as well: list httproutes \(check that no other takes the same requests first\), list events \(say why a pod does not become ready\), .*\.$/,
          'The guardian cannot be made: create jobs (make the guardian), get jobs (wake the guardian, and dismiss it), patch jobs (wake the guardian, and dismiss it), delete jobs (wake the guardian, and dismiss it), create configmaps (give the guardian its script and what it has to undo).',
          /^The guardian's account cannot be made: create serviceaccounts \(make the guardian's account\), .* \(Nobody can make a Role with a right that they do not have themselves\.\)$/,
        ],
        as: 'refusal',
        // As an administrator does who lets the run make no account itself, and see no NetworkPolicy.
        async mend(place, told) {
          await apply(
            place,
            told.map((each) => ({ ...each, yaml: each.yaml.replaceAll('- networkpolicies', '- none') })),
          );
          return { 'guardian-service-account': 'wf-deploy-guardian-agent' };
        },
      },
      {
        says: [
          "Not checked for lack of permission: list networkpolicies (check that none keeps from the canary's pods what it allows stable's).",
          'Not checked for lack of permission: whether a NetworkPolicy cuts the guardian off from the API server.',
          'Not checked for lack of permission: whether policies of other kinds cut the guardian off from the API server (CiliumNetworkPolicy of cilium.io).',
        ],
        as: 'warning',
        async mend(place, told) {
          await apply(place, told);
        },
      },
    ],
  },
  {
    name: 'egress-denied',
    change: (world) => put(world, 'NetworkPolicy/deny', policy([])),
    inputs: guarded,
    steps: refused('NetworkPolicy deny cuts the guardian off: no rule lets its pod reach the API server.', apply),
  },
  {
    name: 'egress-by-address',
    change: (world) => put(world, 'NetworkPolicy/some', policy([{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }])),
    inputs: guarded,
    steps: warned(
      'Not checked: whether the addresses that NetworkPolicy some lets pods reach are those of the API server, which the guardian needs.',
      apply,
    ),
  },
  {
    name: 'nobody-let-in-to-the-canary',
    change: (world) => {
      put(world, 'NetworkPolicy/deny', { spec: { podSelector: {}, policyTypes: ['Ingress'] } });
      const from = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'gateway' } } }];
      put(world, 'NetworkPolicy/web', stableAlone({ policyTypes: ['Ingress'], ingress: [{ from, ports: [{ port: 8080 }] }] }));
    },
    steps: warned(
      "NetworkPolicy web lets requests in to stable's pods and does not select the canary's, which deny isolates: users who are sent to the canary get no answer.",
      apply,
    ),
  },
  {
    name: 'canary-let-out-in-part',
    change: (world) => {
      put(world, 'NetworkPolicy/dns', policy([{ ports: [{ protocol: 'UDP', port: 53 }] }]));
      const to = [{ podSelector: { matchLabels: { app: 'database' } } }];
      put(world, 'NetworkPolicy/database', stableAlone({ policyTypes: ['Egress'], egress: [{ to, ports: [{ port: 5432 }] }] }));
    },
    steps: warned(
      "NetworkPolicy database lets requests out of stable's pods and does not select the canary's, which dns isolates: other rules let some requests out of them, and it may be that the canary does not reach all that it needs.",
      apply,
    ),
  },
  {
    name: 'guardian-by-tag',
    inputs: { ...guarded, 'guardian-image': 'registry.example.com/library/node:24-slim' },
    steps: warned(
      "The guardian's image registry.example.com/library/node:24-slim is not given by digest: whoever moves its tag decides what runs with the right to write the route and stable.",
      () => guarded,
    ),
  },
  {
    name: 'egress-by-cilium',
    async settle(place) {
      await withCilium(place);
      await place.apply({ ...object('CiliumNetworkPolicy/deny', { spec: {} }), metadata: { name: 'deny', namespace: place.namespace } });
    },
    inputs: guarded,
    steps: warned(
      'Not checked: whether policies of other kinds let the guardian reach the API server (CiliumNetworkPolicy deny).',
      (place) => place.delete('CiliumNetworkPolicy/deny'),
    ),
  },
  {
    name: 'guardian-not-let-in',
    change: (world) => quota(world, { hard: { 'count/jobs.batch': '0' } }),
    settle: counted,
    inputs: guarded,
    steps: refused(/^The guardian cannot be made here\. .*exceeded quota/, async (place) => {
      await place.patch('ResourceQuota/small', { spec: { hard: { 'count/jobs.batch': '1' } } });
      await place.lab.client.waitFor(
        'the raised quota',
        async () => (await place.get('ResourceQuota/small'))['status']?.hard?.['count/jobs.batch'] === '1',
        patience,
      );
    }),
  },
  {
    name: 'quota-too-small',
    settle: (place) => lateQuota(place, { hard: { pods: '2' } }),
    steps: refused(
      'ResourceQuota small, pods: hard 2, used 1, needed 2 more for 2 pods of the canary agent-canary, which grows to the size of stable, 1, of stable, whose update begins with a pod more.',
      async (place) => {
        await place.patch('ResourceQuota/small', { spec: { hard: { pods: '3' } } });
        await place.lab.client.waitFor(
          'the raised quota',
          async () => (await place.get('ResourceQuota/small'))['status']?.hard?.pods === '3',
          patience,
        );
      },
    ),
  },
  {
    name: 'quota-of-some-pods',
    change: (world) => quota(world, { hard: { pods: '10' }, scopes: ['NotTerminating'] }),
    settle: counted,
    steps: warned("ResourceQuota small holds for some pods only (scopes); it was not checked whether the canary's are among them and fit."),
  },
  {
    name: 'quota-of-what-is-not-asked-for',
    change: (world) => {
      delete world['Deployment/agent'].spec.template.spec.containers[0].resources.limits.cpu;
    },
    settle: (place) => lateQuota(place, { hard: { 'limits.cpu': '8' } }),
    steps: refused(
      'ResourceQuota small, limits.cpu: container `agent-api` has no resources.limits.cpu, and this quota refuses pods whose containers do not all have one.',
      async (place) => {
        const { spec } = await place.get('Deployment/agent');
        const [container] = spec.template.spec.containers;
        const limited = { ...container, resources: { ...container.resources, limits: { ...container.resources.limits, cpu: '500m' } } };
        await place.patch('Deployment/agent', { spec: { template: { spec: { containers: [limited] } } } });
        await place.lab.client.waitForRollout(place.namespace, 'agent', patience);
      },
    ),
  },
  owned(
    'owned-by-argo',
    { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:gateway.networking.k8s.io/HTTPRoute:owned-by-argo/agent' } },
    "HTTPRoute agent belongs to Argo CD (shop). Argo CD's Application `shop` will set the weights of HTTPRoute agent back to what Git says: at its next sync, or within seconds when selfHeal is on.",
  ),
  owned(
    'owned-by-flux',
    { labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } },
    "HTTPRoute agent belongs to Flux (flux-system/shop). Flux's Kustomization `flux-system/shop` will set the weights of HTTPRoute agent back to what Git says at its next reconciliation.",
    // What the remedy would have in Git, as Flux brings it into the cluster.
    {
      async refuse(place, [told]) {
        const { parse } = await import('yaml');
        await place.patch('HTTPRoute/agent', parse(told?.yaml ?? '') as object);
      },
    },
  ),
  owned(
    'owned-by-a-helm-release-of-flux',
    { labels: { 'helm.toolkit.fluxcd.io/name': 'agent', 'helm.toolkit.fluxcd.io/namespace': 'shop' } },
    "HTTPRoute agent belongs to Flux (shop/agent). Flux's HelmRelease `shop/agent` will set the weights of HTTPRoute agent back to the chart's values: at its next upgrade, or at its next reconciliation when driftDetection is on.",
  ),
  owned(
    'owned-by-helm',
    { labels: { 'app.kubernetes.io/managed-by': 'Helm' }, annotations: { 'meta.helm.sh/release-name': 'shop' } },
    "HTTPRoute agent belongs to Helm (shop). The next upgrade of the Helm release `shop` will set the weights of HTTPRoute agent back to the chart's values.",
  ),
  {
    name: 'canary-owned-by-helm',
    change: (world) => {
      const { spec } = world['Deployment/agent'];
      const labels = { app: 'agent', version: 'canary' };
      put(world, 'Deployment/agent-canary', {
        spec: {
          ...spec,
          replicas: 0,
          selector: { matchLabels: labels },
          template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
        },
      });
      for (const name of ['agent', 'agent-canary'])
        world[`Deployment/${name}`].metadata.annotations = { 'meta.helm.sh/release-name': 'shop' };
    },
    steps: refused(
      [
        "Deployment agent belongs to Helm (shop). The next upgrade of the Helm release `shop` will set the image of Deployment agent back to the chart's values.",
        "Deployment agent-canary belongs to Helm (shop). The next upgrade of the Helm release `shop` will set image and size of Deployment agent-canary back to the chart's values.",
      ],
      () => ({ gitops: 'accept' }),
    ),
    beside: [/belongs to Helm/],
  },
  {
    name: 'image-missing',
    inputs: ({ image }) => ({ image: image.replace(/:v1$/, ':not-pushed') }),
    steps: refused(
      /^The registry has no image 127\.0\.0\.1:\d+\/shop\/agent:not-pushed\.$/,
      async ({ lab }) => void (await pushVersion(lab.registry, 'not-pushed', {})),
    ),
  },
  {
    name: 'registry-not-asked',
    inputs: { image: '127.0.0.1:1/shop/agent:v2' },
    steps: warned(
      'Not checked: whether 127.0.0.1:1/shop/agent:v2 exists (127.0.0.1:1: the connection was refused (ECONNREFUSED)).',
      ({ image }) => ({ image }),
    ),
  },
  {
    name: 'promotion-without-evidence',
    action: 'promote',
    inputs: { image: '' },
    steps: refused('No canary of agent has passed in this cluster.', ({ image }) => ({ image, 'require-evidence': 'false' })),
  },
  {
    name: 'promotion-of-another-image',
    action: 'promote',
    steps: refused(/^There is no evidence for .*@sha256:[0-9a-f]{64}: no canary of this service has passed here\.$/, () => ({
      'require-evidence': 'false',
    })),
  },
  {
    name: 'promotion-after-a-hotfix',
    action: 'promote',
    inputs: { image: '' },
    settle: async ({ lab, namespace, apply }) => {
      const { pinned: image } = await pushVersion(lab.registry, 'v2', {});
      const evidence = { image, run: '1', at: '2026-03-01T10:00:00Z', previousImage: 'registry.example.com/agent:v0' };
      const annotations = { 'wf-deploy.io/evidence': JSON.stringify(evidence) };
      await apply(object('Lease/wf-deploy-agent', { metadata: { name: 'wf-deploy-agent', namespace, annotations }, spec: {} }));
    },
    steps: refused(
      /^The canary of \S+@sha256:[0-9a-f]{64} was compared with registry\.example\.com\/agent:v0, and Deployment agent runs \S+\/shop\/agent:v1 by now\.$/,
      ({ image }) => ({ image, 'require-evidence': 'false' }),
    ),
  },
];

const served = 'namespace="served"';
const requests = 'http_requests_total{$selector}';
const errors = 'http_requests_total{$selector,status=~"5.."} or 0 * http_requests_total{$selector}';

export const metricCases: readonly Case[] = [
  {
    name: 'arms-alike',
    inputs: { 'stable-selector': served, 'canary-selector': served },
    steps: refused(`Canary and stable are measured by the same selector (${served}).`, () => ({
      'canary-selector': `${served},version="canary"`,
    })),
  },
  {
    name: 'latency-without-buckets',
    inputs: { metrics: `requests: '${requests}'\nerrors: '${errors}'` },
    steps: refused('A latency criterion is set, but the metric queries have no `latency-buckets`.', () => ({
      metrics: `requests: '${requests}'\nerrors: '${errors}'\nlatency-buckets: 'http_request_duration_seconds_bucket{$selector}'`,
    })),
  },
  {
    name: 'query-blind-to-arms',
    inputs: { criteria: '- { name: busy, query: "sum(http_requests_total)", max: 1000000000, required: true }' },
    steps: warned('The query `busy` does not contain `$canary`: it gives the same value whichever version is at fault.', () => ({
      criteria: '- { name: busy, query: "sum(http_requests_total{$canary})", max: 1000000000, required: true }',
    })),
  },
  {
    name: 'query-that-does-not-work',
    inputs: { criteria: '- { name: busy, query: "sum(no_such_metric{$canary})", max: 1, required: true }' },
    steps: refused('The query `busy` does not work on stable: the query gives no value.', () => ({
      criteria: '- { name: busy, query: "sum(http_requests_total{$canary})", max: 1000000000, required: true }',
    })),
  },
  {
    name: 'more-errors-than-requests',
    inputs: {
      metrics: `requests: '${requests}'\nerrors: '3 * http_requests_total{$selector}'\nlatency-buckets: 'http_request_duration_seconds_bucket{$selector}'`,
    },
    steps: refused(/^Stable counts more errors \(\d+\) than requests \(\d+\)\.$/, () => ({
      metrics: `requests: '${requests}'\nerrors: '${errors}'\nlatency-buckets: 'http_request_duration_seconds_bucket{$selector}'`,
    })),
  },
  {
    name: 'limit-between-edges',
    inputs: { 'latency-p99': '700ms' },
    steps: warned(
      'The limit 700 ms of `latency-p99` is no edge of a histogram bucket (the nearest are 500 ms below and 1 s above): within a bucket the quantile is only estimated.',
      () => ({ 'latency-p99': '500ms' }),
    ),
  },
  {
    name: 'stable-unmeasured',
    inputs: { 'stable-selector': 'namespace="nobody"' },
    steps: refused('Stable cannot be measured: no series matches sum by (pod, status) (http_requests_total{namespace="nobody"}).', () => ({
      'stable-selector': served,
    })),
  },
  {
    name: 'pods-with-shortened-names',
    change: (world) => {
      const name = `agent-${'x'.repeat(52)}`;
      world[`Deployment/${name}`] = { ...world['Deployment/agent'], metadata: { name } };
      delete world['Deployment/agent'];
    },
    inputs: { 'stable-deployment': `agent-${'x'.repeat(52)}`, 'stable-selector': '' },
    steps: refused(
      `\`stable-selector\` cannot tell the pods of agent-${'x'.repeat(52)} by their names, because Kubernetes shortens names this long.`,
      () => ({ 'stable-selector': served }),
    ),
  },
];
