import { createHash } from 'node:crypto';
import { parseStored } from '../../domain/build/stored-image.ts';
import { jsonOf } from '../../domain/units/json.ts';
import { recordOf } from '../../domain/units/record.ts';

/** Below a repository: such as `manifests/sha256:…`. `undefined`: there is none, or nothing that can be read. */
export type Fetch = (path: string) => Promise<Buffer | undefined>;

const digestForm = /^sha256:[0-9a-f]{64}$/;

/** The labels of an image, of the first platform of an index. Each part is held to the digest by which it was asked for. */
export async function labelsOf(fetch: Fetch, digest: string): Promise<Readonly<Record<string, string>>> {
  const manifest = await verified(fetch, 'manifests', digest);
  const stored = parseStored(digest, manifest);
  const child = stored.ok ? stored.value.runnable[0]?.digest : undefined;
  if (child === undefined) return {};
  const image = child === digest ? manifest : await verified(fetch, 'manifests', child);
  const config = recordOf(image?.['config'])?.['digest'];
  if (typeof config !== 'string') return {};
  const labels = recordOf(recordOf((await verified(fetch, 'blobs', config))?.['config'])?.['Labels']) ?? {};
  return Object.fromEntries(Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

async function verified(fetch: Fetch, kind: 'manifests' | 'blobs', digest: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (!digestForm.test(digest)) return undefined;
  const body = await fetch(`${kind}/${digest}`);
  if (body === undefined || `sha256:${createHash('sha256').update(body).digest('hex')}` !== digest) return undefined;
  return recordOf(jsonOf(body.toString('utf8')));
}
