import type { Kind, KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { ListOptions } from '../../ports/cluster.ts';
import type { Connection } from './connection.ts';
import { pageOf } from './objects.ts';
import { collectionPath } from './paths.ts';
import { statusBehind } from './refusal.ts';

const pageSize = 500;

export interface Listed {
  readonly items: readonly KubernetesObject[];
  /** From where a watch goes on. */
  readonly resourceVersion: string | undefined;
}

export const purposeOf = (verb: string, { resource }: Kind, namespace: string): string =>
  `${verb} ${resource} in ${namespace || 'all namespaces'}`;

export function selectors({ labels, name, fields }: ListOptions): Readonly<Record<string, string | undefined>> {
  const field = [...(name === undefined ? [] : [`metadata.name=${name}`]), ...(fields === undefined ? [] : [fields])].join(',');
  return { labelSelector: labels, fieldSelector: field || undefined };
}

/** All pages. When the server forgets where we are between two pages, the list is begun again, once. */
export async function listAll(
  connection: Connection,
  kind: Kind,
  namespace: string,
  options: ListOptions,
  signal?: AbortSignal,
): Promise<Listed> {
  try {
    return await pages(connection, kind, namespace, options, signal);
  } catch (error) {
    if (statusBehind(error) === 410) return pages(connection, kind, namespace, options, signal);
    throw error;
  }
}

async function pages(connection: Connection, kind: Kind, namespace: string, options: ListOptions, signal?: AbortSignal): Promise<Listed> {
  const purpose = purposeOf('list', kind, namespace);
  const most = options.limit ?? Number.POSITIVE_INFINITY;
  const items: KubernetesObject[] = [];
  let next: string | undefined;
  for (;;) {
    const limit = String(Math.min(pageSize, most - items.length));
    const query = { ...selectors(options), limit, continue: next };
    const page = pageOf(await connection.json({ purpose, path: collectionPath(kind, namespace), query, signal }), purpose, kind);
    items.push(...page.items);
    next = page.next;
    if (next === undefined || items.length >= most) return { items: items.slice(0, options.limit), resourceVersion: page.resourceVersion };
  }
}
