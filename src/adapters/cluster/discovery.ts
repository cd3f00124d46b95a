import type { KnownKind } from '../../domain/rolling/manifest.ts';
import { Failure } from '../../failure.ts';
import type { Discovery } from '../../ports/discovery.ts';
import type { Connection } from './connection.ts';
import { part } from './paths.ts';
import { unreadable } from './refusal.ts';

export const kubernetesDiscovery = (connection: Pick<Connection, 'json'>): Discovery => ({
  kinds: (apiVersion, signal) => kindsOf(connection, apiVersion, signal),
});

async function kindsOf(connection: Pick<Connection, 'json'>, apiVersion: string, signal?: AbortSignal): Promise<readonly KnownKind[]> {
  const purpose = `read which kinds there are in ${apiVersion}`;
  const parts = apiVersion.split('/').map(part).join('/');
  try {
    const answer = await connection.json({ purpose, path: `${apiVersion.includes('/') ? '/apis' : '/api'}/${parts}`, signal });
    const { resources } = (answer ?? {}) as { readonly resources?: unknown };
    if (!Array.isArray(resources)) throw unreadable(purpose, 'is no list of resources');
    return (resources as readonly Resource[])
      .filter(({ name }) => !name.includes('/'))
      .map(({ name, kind, namespaced }) => ({ kind: { apiVersion, kind, resource: name }, namespaced }));
  } catch (error) {
    if (error instanceof Failure && error.code === 'CLUSTER_NOT_FOUND') return [];
    throw error;
  }
}

/** One of a group's resources. A subresource has a `/` in its name. */
interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}
