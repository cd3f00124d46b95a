import { parseAllDocuments } from 'yaml';
import { ApiFailure, type ApiObject, ApiObjects, type ObjectName } from './api-objects.ts';
import { patience, until } from './await.ts';

/** What tests say to the API server, in their own words. */
export class LabClient {
  readonly objects: ApiObjects;

  constructor(kubeconfig: string) {
    this.objects = new ApiObjects(kubeconfig);
  }

  /** Server-side apply of an object, a list of objects, or YAML with any number of documents, in their order. */
  async apply(source: string | object | readonly object[], fieldManager = 'lab'): Promise<ApiObject[]> {
    const applied: ApiObject[] = [];
    for (const object of objectsOf(source)) {
      const path = await this.objects.path(nameOf(object));
      applied.push(
        await this.objects.send('PATCH', `${path}?fieldManager=${fieldManager}&force=true`, object, 'application/apply-patch+yaml'),
      );
    }
    return applied;
  }

  async get(name: ObjectName): Promise<ApiObject> {
    return this.objects.send('GET', await this.objects.path(name));
  }

  /** The object, or nothing when it is not there. */
  async find(name: ObjectName): Promise<ApiObject | undefined> {
    try {
      return await this.get(name);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list(kind: Omit<ObjectName, 'name'>, labelSelector = ''): Promise<ApiObject[]> {
    const path = await this.objects.path(kind);
    const { items } = await this.objects.send('GET', `${path}?labelSelector=${encodeURIComponent(labelSelector)}`);
    return items as ApiObject[];
  }

  /** A JSON merge patch. */
  async patch(name: ObjectName, change: object, fieldManager = 'lab'): Promise<ApiObject> {
    return this.objects.send(
      'PATCH',
      `${await this.objects.path(name)}?fieldManager=${fieldManager}`,
      change,
      'application/merge-patch+json',
    );
  }

  /** Deletes what is there; what is not there already is as it should be. */
  async delete(name: ObjectName, { gracePeriodSeconds }: { gracePeriodSeconds?: number } = {}): Promise<void> {
    const options = { propagationPolicy: 'Background', ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }) };
    try {
      await this.objects.send('DELETE', await this.objects.path(name), options);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** Waits until the probe answers with something and returns it. */
  waitFor<Answer>(what: string, probe: () => Promise<Answer | undefined | false>, seconds = patience): Promise<Answer> {
    return until(what, probe, { seconds });
  }

  /** Waits until every replica of a Deployment's newest version is available and no older one is left. */
  async waitForRollout(namespace: string, name: string, seconds = patience): Promise<void> {
    const probe = async () => {
      const { metadata, spec, status } = await this.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name });
      const counts = [status?.updatedReplicas ?? 0, status?.availableReplicas ?? 0, status?.replicas ?? 0];
      return status?.observedGeneration === metadata?.generation && counts.every((count) => count === spec?.replicas);
    };
    await this.waitFor(`rollout of ${namespace}/${name}`, probe, seconds);
  }

  /** Waits until the gateway has taken the newest version of a route. */
  async waitForRoute(namespace: string, name: string, seconds = patience): Promise<void> {
    const probe = async () => {
      const { metadata, status } = await this.get({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', namespace, name });
      return (status?.parents as RouteParent[] | undefined)?.some(({ conditions }) =>
        conditions.some((one) => one.type === 'Accepted' && one.status === 'True' && one.observedGeneration === metadata?.generation),
      );
    };
    await this.waitFor(`acceptance of route ${namespace}/${name}`, probe, seconds);
  }

  /** The text of a container's log. */
  logs(namespace: string, pod: string): Promise<string> {
    return this.objects.request('GET', `/api/v1/namespaces/${namespace}/pods/${pod}/log`);
  }

  /** A token of a ServiceAccount, which is created when it is not there. */
  async serviceAccountToken(namespace: string, name: string): Promise<string> {
    await this.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } });
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 24 * 3600 } };
    const { status } = await this.objects.send('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, request);
    return status.token as string;
  }
}

interface RouteParent {
  conditions: { type: string; status: string; observedGeneration: number }[];
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiFailure && error.status === 404;
}

function nameOf({ apiVersion = '', kind = '', metadata }: ApiObject): ObjectName {
  return { apiVersion, kind, name: metadata?.name ?? '', ...(metadata?.namespace !== undefined && { namespace: metadata.namespace }) };
}

function objectsOf(source: string | object | readonly object[]): ApiObject[] {
  if (typeof source !== 'string') return [source].flat() as ApiObject[];
  return parseAllDocuments(source)
    .filter((document) => document.contents)
    .map((document) => {
      if (document.errors[0]) throw document.errors[0];
      return document.toJS() as ApiObject;
    });
}
