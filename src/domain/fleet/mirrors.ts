import type { ImageRef } from '../units/image.ts';
import { imageText } from '../units/image.ts';

/** The same image in the registry of another region: a mirror stands for the registry's host, or for the host with a path. */
export function mirrored(image: ImageRef, mirror: string): ImageRef {
  const [host = '', ...path] = image.name.split('/');
  // As image references have it: a first part without a dot, a port or `localhost` is no host.
  const isHost = path.length > 0 && (/[.:]/.test(host) || host === 'localhost');
  return { ...image, name: `${mirror}/${isHost ? path.join('/') : image.name}` };
}

/** What a registry said about one image. */
export type ImageAnswer =
  | { readonly is: 'found'; readonly digest: string }
  | { readonly is: 'missing' }
  | { readonly is: 'not-checked'; readonly reason: string };

export interface AskedImage {
  readonly image: ImageRef;
  /** `undefined`: the registry of the image itself. */
  readonly mirror: string | undefined;
  readonly answer: ImageAnswer;
}

export interface ImageProblem {
  readonly what: string;
  readonly remedy: string;
  /** Nobody said that it is missing: it could not be asked. */
  readonly unchecked: boolean;
}

/** Every image is in its registry and in each mirror, and everywhere it is the same one. What could not be asked is no pass. */
export function imageProblems(asked: readonly AskedImage[]): readonly ImageProblem[] {
  return asked.flatMap(({ image, mirror, answer }): readonly ImageProblem[] => {
    const where = imageText(mirror === undefined ? image : mirrored(image, mirror));
    if (answer.is === 'missing')
      return [
        {
          what: `${mirror === undefined ? 'The registry' : `The mirror ${mirror}`} has no image ${where}.`,
          remedy:
            mirror === undefined
              ? 'Check the version, and that the build has pushed it.'
              : 'Wait for the replication, or push it there too.',
          unchecked: false,
        },
      ];
    if (answer.is === 'not-checked')
      return [
        {
          what: `Not checked: whether ${where} exists (${answer.reason}).`,
          remedy: 'Let this runner read the registry, or set `unchecked-images: accept`.',
          unchecked: true,
        },
      ];
    const own = asked.find((other) => other.mirror === undefined && imageText(other.image) === imageText(image))?.answer;
    return mirror !== undefined && own?.is === 'found' && own.digest !== answer.digest
      ? [
          {
            what: `The mirror ${mirror} has another image under ${where}: ${answer.digest} instead of ${own.digest}.`,
            remedy: 'Wait for the replication. A tag that moves means another version in each region: release by digest.',
            unchecked: false,
          },
        ]
      : [];
  });
}
