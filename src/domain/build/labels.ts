import type { BuildContext } from './context.ts';

/** The key of a build, in the image itself: a tag can be moved, this cannot. */
export const buildKeyLabel = 'wf-deploy.io/build-key';

/** A SHA-256 in hexadecimal digits. */
export const isBuildKey = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

/** The commit that an image was built from. */
export const revisionLabel = 'org.opencontainers.image.revision';

/** After the OCI image specification. @param committedAt of the commit, so that the same source gives the same image. */
export function imageLabels(
  { page, on }: BuildContext,
  { commit, committedAt, title }: { readonly commit: string; readonly committedAt: string; readonly title: string },
): Readonly<Record<string, string>> {
  const labels = {
    'org.opencontainers.image.title': title,
    'org.opencontainers.image.source': page,
    'org.opencontainers.image.url': page,
    [revisionLabel]: commit,
    'org.opencontainers.image.created': committedAt,
    'org.opencontainers.image.version': on.is === 'tag' ? on.name : '',
  };
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}
