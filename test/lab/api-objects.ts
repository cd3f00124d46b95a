import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ask } from './http.ts';

export interface ObjectName {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string;
}

export interface ApiObject {
  apiVersion?: string;
  kind?: string;
  metadata?: {
    name?: string;
    namespace?: string;
    uid?: string;
    generation?: number;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  };
  // biome-ignore lint/suspicious/noExplicitAny: tests look into objects of every kind.
  [field: string]: any;
}

export class ApiFailure extends Error {
  readonly status: number;

  constructor(what: string, status: number, body: string) {
    super(`${what} was answered ${status}: ${body}`);
    this.name = 'ApiFailure';
    this.status = status;
  }
}

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { token: string } }[];
}

/**
 * Objects as plain JSON. The typed client of Kubernetes would drop each field that its types do not know,
 * such as the extensions in the schemas of custom resources.
 */
export class ApiObjects {
  readonly server: string;
  readonly authority: string;
  readonly #token: string;
  readonly #resources = new Map<string, Promise<Map<string, string>>>();

  constructor(kubeconfig: string) {
    const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
    this.server = clusters[0]?.cluster.server ?? '';
    this.authority = Buffer.from(clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64').toString();
    this.#token = users[0]?.user.token ?? '';
  }

  async request(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<string> {
    const headers = { authorization: `Bearer ${this.#token}`, accept: 'application/json', 'content-type': contentType };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await ask(`${this.server}${path}`, { method, headers, authority: this.authority, milliseconds: 60_000, ...content });
    if (answer.status >= 300) throw new ApiFailure(`${method} ${path}`, answer.status, answer.body);
    return answer.body;
  }

  async send(method: string, path: string, body?: unknown, contentType?: string): Promise<ApiObject> {
    return JSON.parse(await this.request(method, path, body, contentType)) as ApiObject;
  }

  async path({ apiVersion, kind, name, namespace }: Omit<ObjectName, 'name'> & { name?: string }): Promise<string> {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const resource = (await this.#resourcesOf(root)).get(kind);
    if (!resource) {
      this.#resources.delete(root);
      throw new Error(`The API server knows no ${kind} in ${apiVersion}.`);
    }
    return [root, ...(namespace ? ['namespaces', namespace] : []), resource, ...(name ? [name] : [])].join('/');
  }

  #resourcesOf(root: string): Promise<Map<string, string>> {
    const known = this.#resources.get(root) ?? this.#discover(root);
    this.#resources.set(root, known);
    known.catch(() => this.#resources.delete(root));
    return known;
  }

  async #discover(root: string): Promise<Map<string, string>> {
    const { resources } = (await this.send('GET', root)) as { resources: { kind: string; name: string }[] };
    return new Map(resources.filter(({ name }) => !name.includes('/')).map(({ kind, name }) => [kind, name]));
  }
}
