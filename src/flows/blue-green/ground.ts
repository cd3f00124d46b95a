import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import type { Colour } from '../../domain/rollout/layout.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import type { ColourPair } from '../../domain/traffic/switchers/switcher.ts';

/** What the preflight found, and what follows from it: everything a run stands on. */
export interface Ground {
  readonly namespace: string;
  readonly pair: ColourPair;
  /** Who has the users. */
  readonly from: Colour;
  /** Who is to have them. */
  readonly to: Colour;
  readonly deployments: Readonly<Record<Colour, KubernetesObject>>;
  readonly container: string;
  /** What `to` is to run. */
  readonly image: string;
  /** What users have now. */
  readonly previousImage: string;
  /** Pods of the colour that has the users. */
  readonly replicas: number;
  /** What `to` is as it was found. */
  readonly before: { readonly image: string; readonly replicas: number };
  /** Where the pods listen; `undefined` where nothing is asked. */
  readonly port: number | undefined;
  readonly lease: LeaseView | undefined;
  readonly warnings: readonly Problem[];
  readonly notes: readonly string[];
}

/** Users have that image already, and nobody left anything half done. */
export const isThere = ({ image, previousImage }: Pick<Ground, 'image' | 'previousImage'>): boolean => image === previousImage;
