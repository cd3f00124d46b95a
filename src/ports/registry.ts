import type { ImageRef } from '../domain/units/image.ts';

/** A container registry, asked only what it holds. */
export interface Registry {
  /** Never throws for what the registry says or fails to say: a registry that cannot be asked is an answer of its own. */
  resolve(image: ImageRef, signal?: AbortSignal): Promise<Resolution>;
  /** What an image says about itself, of one platform where it has several. Empty where it cannot be read: then it says nothing. */
  labels(image: ImageRef, signal?: AbortSignal): Promise<Readonly<Record<string, string>>>;
}

export type Resolution =
  | { readonly is: 'found'; readonly digest: string }
  | { readonly is: 'missing' }
  | { readonly is: 'not-checked'; readonly reason: string };
