import type { ImageRef } from '../domain/units/image.ts';

/** A container registry, asked only what it holds. */
export interface Registry {
  /** Never throws for what the registry says or fails to say: a registry that cannot be asked is an answer of its own. */
  resolve(image: ImageRef, signal?: AbortSignal): Promise<Resolution>;
  /** What an image says about itself, of one platform where it has several. Never throws for what the registry says or fails to say. */
  labels(image: ImageRef, signal?: AbortSignal): Promise<ImageLabels>;
}

export type ImageLabels =
  | { readonly is: 'read'; readonly labels: Readonly<Record<string, string>> }
  | { readonly is: 'not-checked'; readonly reason: string };

export type Resolution =
  | { readonly is: 'found'; readonly digest: string }
  | { readonly is: 'missing' }
  | { readonly is: 'not-checked'; readonly reason: string };
