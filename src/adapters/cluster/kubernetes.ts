import { type KubernetesObject, nameOf, type ObjectRef } from '../../domain/kubernetes/object.ts';
import { Failure } from '../../failure.ts';
import type { Cluster, Write } from '../../ports/cluster.ts';
import type { ApiRequest, Connection } from './connection.ts';
import { listAll } from './list.ts';
import { objectOf } from './objects.ts';
import { collectionPath, objectPath } from './paths.ts';
import { statusBehind, unreadable } from './refusal.ts';
import { watchObjects } from './watch.ts';

const fieldManager = 'wf-deploy';

export interface ClusterOptions {
  /** Between two openings of a watch, so that a server that closes at once is not stormed; 1 by default. Nothing is missed meanwhile. */
  readonly watchPauseSeconds?: number;
  /** A watch without a byte for so long is opened again: the server sends a bookmark about once a minute. 100 by default. */
  readonly watchSilenceSeconds?: number;
}

export function kubernetesCluster(
  connection: Connection,
  { watchPauseSeconds: pauseSeconds = 1, watchSilenceSeconds: silenceSeconds = 100 }: ClusterOptions = {},
): Cluster {
  return {
    ...kubernetesObjects(connection),
    list: async (kind, namespace, options = {}, signal) => (await listAll(connection, kind, namespace, options, signal)).items,
    version: async (signal) =>
      versionIn(await connection.json({ purpose: 'read the version of the API server', path: '/version', signal })),
    watch: (kind, namespace, options, signal) =>
      watchObjects({ connection, kind, namespace, options, signal, pauseSeconds, silenceSeconds }),
  };
}

function versionIn(answer: unknown): string {
  const { gitVersion } = (answer ?? {}) as { readonly gitVersion?: unknown };
  if (typeof gitVersion === 'string' && /^v[\w.+-]{1,60}$/.test(gitVersion)) return gitVersion;
  throw unreadable('read the version of the API server', 'names no version');
}

/** The part that deals with single objects: all that the guardian needs. */
export function kubernetesObjects(connection: Pick<Connection, 'json'>): Pick<Cluster, 'get' | 'write'> {
  return {
    async get(ref, signal) {
      const purpose = `read ${nameOf(ref)}`;
      try {
        return objectOf(await connection.json({ purpose, path: objectPath(ref), signal }), purpose);
      } catch (error) {
        if (error instanceof Failure && error.code === 'CLUSTER_NOT_FOUND') return undefined;
        throw error;
      }
    },
    async write(write, signal) {
      const request = { ...requestFor(write), signal };
      try {
        const answer = await connection.json(request);
        return write.do === 'delete' ? deleted(answer, write.ref) : objectOf(answer, request.purpose);
      } catch (error) {
        throw write.do === 'patch' ? testFailed(error, write) : error;
      }
    },
  };
}

function requestFor(write: Write): ApiRequest {
  const purpose = (verb: string, name: string): string => `${verb} ${name}${write.dryRun === true ? ' (dry run)' : ''}`;
  const query = { fieldManager, ...(write.dryRun === true ? { dryRun: 'All' } : {}) };
  switch (write.do) {
    case 'create': {
      const { kind, namespace, object } = write;
      const name = namespace === undefined ? kind.kind : nameOf({ kind, namespace, name: object.metadata.name });
      return {
        purpose: purpose('create', name),
        method: 'POST',
        path: collectionPath(kind, namespace),
        query,
        body: JSON.stringify(object),
      };
    }
    case 'replace':
      return {
        purpose: purpose('replace', nameOf(write.ref)),
        method: 'PUT',
        path: objectPath(write.ref),
        query,
        body: JSON.stringify(write.object),
      };
    case 'apply':
      return {
        purpose: purpose('apply', nameOf(write.ref)),
        method: 'PATCH',
        path: objectPath(write.ref),
        query: { ...query, force: String(write.force ?? true) },
        body: JSON.stringify(write.object),
        contentType: 'application/apply-patch+yaml',
      };
    case 'patch':
      return {
        purpose: purpose('patch', nameOf(write.ref)),
        method: 'PATCH',
        path: `${objectPath(write.ref)}${write.subresource === undefined ? '' : `/${write.subresource}`}`,
        query,
        body: JSON.stringify(write.operations),
        contentType: 'application/json-patch+json',
      };
    case 'delete':
      return {
        purpose: purpose('delete', nameOf(write.ref)),
        method: 'DELETE',
        path: objectPath(write.ref),
        // In the body: beside a body, the server ignores the query, and a dry run would be a deletion.
        body: JSON.stringify({
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy: 'Background',
          ...(write.dryRun === true ? { dryRun: ['All'] } : {}),
          ...preconditions(write),
        }),
      };
  }
}

/** What is `undefined` is not sent. */
const preconditions = ({ uid, version }: Extract<Write, { do: 'delete' }>): object =>
  uid === undefined && version === undefined ? {} : { preconditions: { uid, resourceVersion: version } };

/** A deletion is answered with the object while it is going, or with a mere Status once it is gone. */
function deleted(answer: unknown, { kind, namespace, name }: ObjectRef): KubernetesObject {
  const { kind: answered } = (answer ?? {}) as { readonly kind?: unknown };
  if (answered !== 'Status') return objectOf(answer, `delete ${kind.kind} ${namespace}/${name}`);
  return { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name, namespace } };
}

/**
 * The API server says only that the patch could not be carried out on the object as it is (422, this sentence). With a `test`
 * among the operations that means: the object is not as it was read.
 */
function testFailed(error: unknown, write: Extract<Write, { do: 'patch' }>): unknown {
  const isTest = statusBehind(error) === 422 && error instanceof Failure && /due to an error in our request|testing value/.test(error.what);
  if (!isTest || !write.operations.some(({ op }) => op === 'test')) return error;
  return new Failure(
    'CLUSTER_CONFLICT',
    `Cannot patch ${nameOf(write.ref)}: it is no longer as it was when it was read (422).`,
    'Nothing was written. Read the object again, then decide anew.',
    error,
  );
}
