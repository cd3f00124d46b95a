import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { buildGo } from '../lab/go.ts';
import { buildAndPush, type PushedImage } from '../lab/image.ts';
import type { Lab } from '../lab/lab.ts';
import type { LoadStream } from '../lab/load.ts';

const folder = join(import.meta.dirname, '../../examples/service');

/** The example service in a namespace of its own, reached by a host name of its own. */
export interface ExampleService {
  readonly lab: Lab;
  readonly namespace: string;
  readonly host: string;
  /** What stable runs at first. */
  readonly image: string;
  /** Builds and pushes a version that differs in its environment only. Answers with name:tag. */
  version(tag: string, environment?: Readonly<Record<string, string>>): Promise<string>;
  /** The inputs with which an action reaches it, on a ladder of seconds. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Steady load on its gateway: half over kept connections, half over new ones, and now and then a request of two seconds. */
  load(rate: number): LoadStream[];
}

export interface ExampleOptions {
  readonly replicas?: number;
  /** Of the image that stable runs at first; v1 when it is not given. One tag is one content, in every namespace of a lab. */
  readonly tag?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Changes to the objects before they are applied. */
  readonly change?: (object: Record<string, unknown>) => void;
}

/** Seconds. What is waited for here is never what a test is about. */
const patience = 180;

/** Seconds between a pod's end and the end of its answers. The gateway takes two to hear of it, and more where the machine does other work. */
const drain = 10;
/** Seconds. With the one second of the manifests, a machine that stands still for a moment would have healthy pods restarted. */
const probeTimeout = 10;

/** Deploys it at v1 and waits until it serves. */
export async function deployExample(
  lab: Lab,
  namespace: string,
  { replicas = 4, tag = 'v1', environment = {}, change }: ExampleOptions = {},
): Promise<ExampleService> {
  const host = `${namespace}.example.test`;
  const version = async (tag: string, settings: Readonly<Record<string, string>> = {}): Promise<string> =>
    (await pushVersion(lab.registry, tag, settings)).reference;
  const image = await version(tag, environment);
  await lab.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const object of await manifests(image)) {
    object['metadata'] = { ...(object['metadata'] as object), namespace };
    if (object['kind'] === 'Deployment') (object['spec'] as Record<string, unknown>)['replicas'] = replicas;
    if (object['kind'] === 'HTTPRoute') (object['spec'] as Record<string, unknown>)['hostnames'] = [host];
    change?.(object);
    await lab.client.apply(object);
  }
  await lab.client.waitForRollout(namespace, 'agent', patience);
  await lab.client.waitForRoute(namespace, 'agent', patience);
  await served(lab, host);
  await seenByPrometheus(lab, namespace, replicas);
  return {
    lab,
    namespace,
    host,
    image,
    version,
    inputs: {
      service: 'agent',
      namespace,
      kubeconfig: await readFile(lab.kubeconfig, 'utf8'),
      'prometheus-url': lab.prometheusUrl,
      metrics: 'http',
      stages: '5@6s 25@6s 50@6s 100@6s',
      interval: '3s',
      'min-requests': '60',
      // One request in fifty sleeps two seconds. The highest edge of the buckets: one that a busy machine held up takes nobody back.
      'latency-p99': '10s',
      drain: '3s',
      'no-data-timeout': '120s',
      // The image of a guardian is not in the lab unless a test pushes one.
      guardian: 'false',
    },
    load: (rate) => loadOn(lab, host, rate),
  };
}

/** As they are in examples/service, but with patience for probes. */
export async function manifests(image: string): Promise<Record<string, unknown>[]> {
  const files = await Promise.all(['service.yaml', 'route.yaml'].map((name) => readFile(join(folder, 'manifests', name), 'utf8')));
  return files.flatMap((text) =>
    parseAllDocuments(patient(text).replace(/\$\{IMAGE\}/g, image)).map((document) => document.toJS() as Record<string, unknown>),
  );
}

const patient = (text: string): string => text.replace(/timeoutSeconds: \d+/g, `timeoutSeconds: ${probeTimeout}`);

/** An image that the registry knows and no node here can run: an index of one other platform. */
export async function pushForAnotherPlatform({ lab, version }: ExampleService, tag: string): Promise<string> {
  const only = await version(`${tag}-only`);
  const base = `http://${lab.registry}/v2/shop/agent/manifests`;
  const accept = 'application/vnd.oci.image.manifest.v1+json';
  const found = await fetch(`${base}/${tag}-only`, { headers: { accept } });
  const size = (await found.arrayBuffer()).byteLength;
  const digest = found.headers.get('docker-content-digest');
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const manifests = [{ mediaType: accept, digest, size, platform: { architecture: 's390x', os: 'linux' } }];
  const body = JSON.stringify({ schemaVersion: 2, mediaType, manifests });
  const answer = await fetch(`${base}/${tag}`, { method: 'PUT', headers: { 'content-type': mediaType }, body });
  if (answer.status !== 201) throw new Error(`The index was answered ${answer.status}: ${await answer.text()}`);
  return only.replace(`:${tag}-only`, `:${tag}`);
}

/** An image whose program needs more memory than the manifest gives it, after some healthy seconds. */
export async function pushHungry({ lab }: ExampleService): Promise<string> {
  const binary = await buildGo(join(import.meta.dirname, 'hungry'));
  const { reference } = await buildAndPush(lab.registry, 'shop/hungry', 'v1', {
    files: [{ path: '/hungry', from: binary, mode: 0o755 }],
    entrypoint: ['/hungry'],
    ports: [8080],
  });
  return reference;
}

/** @param registry `host:port` of a registry that speaks plain HTTP. */
export async function pushVersion(registry: string, tag: string, environment: Readonly<Record<string, string>>): Promise<PushedImage> {
  const binary = await buildGo(folder);
  return await buildAndPush(registry, 'shop/agent', tag, {
    files: [{ path: '/agent', from: binary, mode: 0o755 }],
    entrypoint: ['/agent'],
    env: { VERSION: tag, DRAIN: `${drain}s`, ...environment },
    ports: [8080],
  });
}

/** Until the gateway sends this host to the service. */
async function served(lab: Lab, host: string): Promise<void> {
  const deadline = Date.now() + 1000 * patience;
  for (;;) {
    const answer = await ask(lab, host);
    if (answer?.status === 200) return;
    if (Date.now() > deadline) throw new Error(`${host} is not served: ${answer?.status ?? 'no answer'}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Until Prometheus knows every pod. */
export async function seenByPrometheus(lab: Lab, namespace: string, pods: number): Promise<void> {
  const query = encodeURIComponent(`count(count by (pod) (http_requests_total{namespace="${namespace}"}))`);
  await lab.client.waitFor(
    `series of ${namespace}`,
    async () => {
      const answer = await fetch(`${lab.prometheusUrl}/api/v1/query?query=${query}`);
      const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
      return Number(data.result[0]?.value[1]) >= pods;
    },
    patience,
  );
}

/** One request through the gateway. */
export async function ask(
  lab: Pick<Lab, 'gatewayUrl'>,
  host: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; version: string | undefined } | undefined> {
  const url = new URL(lab.gatewayUrl);
  return await new Promise((resolve) => {
    const outgoing = request({ host: url.hostname, port: url.port, path: '/', headers: { host, ...headers }, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, version: String(answer.headers['x-served-by'] ?? '') || undefined }),
      );
    });
    outgoing.on('error', () => resolve(undefined));
    outgoing.setTimeout(30_000, () => outgoing.destroy());
    outgoing.end();
  });
}

function loadOn(lab: Lab, host: string, rate: number): LoadStream[] {
  const headers = { host };
  return [
    { url: `${lab.gatewayUrl}/`, rate: Math.ceil(rate / 2), connections: 4, headers },
    { url: `${lab.gatewayUrl}/`, rate: Math.floor(rate / 2), connections: 4, headers, reconnect: true },
    { url: `${lab.gatewayUrl}/?sleep=2s`, rate: 2, connections: 6, headers },
  ];
}
