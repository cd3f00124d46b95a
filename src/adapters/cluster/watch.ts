import { setTimeout as pause } from 'node:timers/promises';
import type { Kind, KubernetesObject } from '../../domain/kubernetes/object.ts';
import { Failure } from '../../failure.ts';
import type { ListOptions, WatchEvent } from '../../ports/cluster.ts';
import type { Connection } from './connection.ts';
import { jsonLines } from './json-lines.ts';
import { listAll, purposeOf, selectors } from './list.ts';
import { objectOf } from './objects.ts';
import { collectionPath } from './paths.ts';
import { refusal, statusBehind, unreadable } from './refusal.ts';

/** The server ends a watch after so long. */
const watchSeconds = 300;
const longestLine = 8 * 1024 * 1024;

export interface Watching {
  readonly connection: Connection;
  readonly kind: Kind;
  readonly namespace: string;
  readonly options: ListOptions;
  readonly signal: AbortSignal;
  /** Between two openings. */
  readonly pauseSeconds: number;
  /** After so long without a byte, the connection is taken for dead and opened again. */
  readonly silenceSeconds: number;
}

interface Progress {
  /** What the caller believes to be there, so that it can be told what vanished while nothing was watching. */
  readonly known: Map<string, KubernetesObject>;
  /** Where to go on. Without one, the server sends the present objects first. */
  resourceVersion: string | undefined;
  /** Whether that version stands for all objects. That of a present object does not: others, older ones too, may be still to come. */
  isWhole: boolean;
}

export async function* watchObjects(watching: Watching): AsyncGenerator<WatchEvent, void> {
  const { connection, kind, namespace, options, signal, pauseSeconds } = watching;
  const progress: Progress = { known: new Map(), resourceVersion: undefined, isWhole: false };
  try {
    while (!signal.aborted) {
      const ending = yield* watchOnce(watching, progress);
      if (ending === 'expired' || !progress.isWhole) {
        const { items, resourceVersion } = await listAll(connection, kind, namespace, options, signal);
        progress.resourceVersion = resourceVersion;
        progress.isWhole = true;
        yield* differences(items, progress.known);
      }
      await pause(pauseSeconds * 1000, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** One connection, until the server closes it (or it is cut or falls silent), or says that it no longer knows our place. */
async function* watchOnce(watching: Watching, progress: Progress): AsyncGenerator<WatchEvent, 'closed' | 'expired'> {
  const { connection, kind, namespace, options, signal, silenceSeconds } = watching;
  const purpose = purposeOf('watch', kind, namespace);
  const query = {
    ...selectors(options),
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(watchSeconds),
    resourceVersion: progress.resourceVersion,
  };
  const opened = await connection.stream({ purpose, path: collectionPath(kind, namespace), query, signal }).catch((error: unknown) => {
    if (statusBehind(error) === 410) return undefined;
    throw error;
  });
  if (opened === undefined) return 'expired';
  const { stream } = opened;
  stream.setTimeout(silenceSeconds * 1000, () => stream.destroy());
  const problems = {
    tooLong: () => unreadable(purpose, `has a line of more than ${longestLine} bytes`),
    notJson: () => unreadable(purpose, 'has a line that is not JSON'),
  };
  try {
    for await (const line of jsonLines(stream, longestLine, problems)) {
      const { type, object } = (line ?? {}) as { readonly type?: unknown; readonly object?: unknown };
      if (type === 'ERROR') {
        const { code } = (object ?? {}) as { readonly code?: unknown };
        if (code === 410) return 'expired';
        throw refusal({ status: Number(code) || 500, text: JSON.stringify(object), purpose, secrets: connection.secrets });
      }
      const changed = objectOf(object, purpose, kind);
      progress.resourceVersion = changed.metadata.resourceVersion ?? progress.resourceVersion;
      if (type === 'ADDED' || type === 'MODIFIED') yield present(changed, progress.known);
      else if (type === 'DELETED') yield gone(changed, progress.known);
      else if (type === 'BOOKMARK') progress.isWhole = true;
      else throw unreadable(purpose, 'has an event of an unknown type');
    }
  } catch (error) {
    if (error instanceof Failure || signal.aborted) throw error;
  } finally {
    stream.destroy();
  }
  return 'closed';
}

const keyOf = ({ metadata }: KubernetesObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

function present(object: KubernetesObject, known: Map<string, KubernetesObject>): WatchEvent {
  const { name, namespace, uid } = object.metadata;
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) };
  known.set(keyOf(object), { apiVersion: object.apiVersion, kind: object.kind, metadata });
  return { type: 'present', object };
}

function gone(object: KubernetesObject, known: Map<string, KubernetesObject>): WatchEvent {
  known.delete(keyOf(object));
  return { type: 'gone', object };
}

/** What a fresh list says beyond what is known: the vanished, of which only the identity is left, then all that is there. */
function* differences(items: readonly KubernetesObject[], known: Map<string, KubernetesObject>): Generator<WatchEvent> {
  const uids = new Map(items.map((item) => [keyOf(item), item.metadata.uid]));
  for (const [key, object] of [...known]) if (!uids.has(key) || uids.get(key) !== object.metadata.uid) yield gone(object, known);
  for (const item of items) yield present(item, known);
}
