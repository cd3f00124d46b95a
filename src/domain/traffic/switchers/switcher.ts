import type { Labels } from '../../kubernetes/labels.ts';
import type { Kind, KubernetesObject } from '../../kubernetes/object.ts';
import type { Colour } from '../../rollout/layout.ts';
import type { Problem } from '../../rollout/problem.ts';
import type { Acceptance, FieldPath } from '../router.ts';

/** What a switcher has to know of the two colours of a service. */
export interface ColourPair {
  readonly service: string;
  readonly namespace: string;
  /** The object that says which colour gets the users. */
  readonly route: string;
  /** The labels of the pods of each colour. */
  readonly pods: Readonly<Record<Colour, Labels>>;
}

/** Who gets the users, as the route says it. */
export type Live =
  | { readonly is: 'one'; readonly colour: Colour }
  /** `reason` says who gets what, and ends without a full stop. */
  | { readonly is: 'both' | 'none'; readonly reason: string };

/** What is found before anything is written. */
export interface SwitchInspection {
  /** Each one makes a switch impossible, without effect or harmful. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** One sentence for each place that a switch changes. */
  readonly switches: readonly string[];
  /** One sentence for each place of the route that no switch touches. */
  readonly untouched: readonly string[];
}

/**
 * A lens on the one object that says which colour gets the users: it reads nothing and writes nothing.
 *
 * Laws: `live(switched(route, pair, colour)) = colour`; switching twice is switching the second time; switching to the live colour
 * changes nothing; nothing but what names a colour is changed.
 */
export interface Switcher {
  readonly name: string;
  readonly kind: Kind;
  /** Each colour has a Service of its own, which the route names. Otherwise one Service selects a colour's pods. */
  readonly ownServices: boolean;
  /** What a tool that writes the route again has to leave alone. */
  readonly fields: readonly FieldPath[];
  readonly defaultRoute: (service: string) => string;
  live(route: KubernetesObject, pair: ColourPair): Live;
  switched(route: KubernetesObject, pair: ColourPair, to: Colour): KubernetesObject;
  /** `others`: objects of the same kind, of other namespaces too where they could be read; the route left out. */
  inspect(route: KubernetesObject, pair: ColourPair, others: readonly KubernetesObject[]): SwitchInspection;
  accepted(route: KubernetesObject): Acceptance;
}
