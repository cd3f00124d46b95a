import type { BuildOrder } from '../domain/build/build-order.ts';
import type { StoredImage } from '../domain/build/stored-image.ts';

/** Builds container images and asks the registry what became of them, always as the same user. */
export interface Images {
  /**
   * Uses credentials of its own from here on, and answers with what has to be forgotten in the end. Throws REGISTRY_LOGIN_FAILED.
   * Without credentials it uses those of an earlier login.
   */
  signIn(registry: string): Promise<string | undefined>;
  forget(credentials: string): Promise<void>;
  /** Builds and, if ordered, pushes. Answers with the digest that was pushed. Throws BUILD_FAILED, CANCELLED. */
  build(order: Omit<BuildOrder, 'metadataFile'>, limits: BuildLimits): Promise<BuiltImage>;
  /** What the registry holds; its bytes are held to their digest. */
  stored(reference: string): Promise<Stored>;
  /** Lets further tags name what is there, byte for byte. Throws BUILD_FAILED. */
  tag(reference: string, tags: readonly string[]): Promise<void>;
}

export interface BuildLimits {
  readonly timeoutSeconds: number;
  /** For a build that gives the same bytes each time: seconds since 1970. */
  readonly sourceDate: number | undefined;
  readonly signal: AbortSignal;
}

export interface BuiltImage {
  readonly digest: string | undefined;
  /** What the builder wrote about its work, as JSON. */
  readonly metadata: string;
}

export type Stored =
  | { readonly is: 'there'; readonly image: StoredImage; readonly labels: readonly Readonly<Record<string, string>>[] }
  | { readonly is: 'absent' }
  | { readonly is: 'not-checked'; readonly reason: string };
