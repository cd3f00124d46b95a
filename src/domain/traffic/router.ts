import type { Labels } from '../kubernetes/labels.ts';
import type { Kind, KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import type { Problem } from '../rollout/problem.ts';
import type { Stage } from '../units/stages.ts';
import type { RuleShares } from './weights/rule-shares.ts';

/** The names by which a service and its canary are known in a cluster. */
export interface Application {
  /** The Service in front of stable. */
  readonly service: string;
  readonly namespace: string;
  /** The object that carries the split. */
  readonly route: string;
  /** The Service in front of the canary. */
  readonly canaryService: string;
  /** The Service in front of stable, where it is not called as the service is. */
  readonly stableService?: string;
  readonly deployments?: Sides;
  /** The names by which a mesh knows both sides, where they are not the names of the Services. */
  readonly hosts?: Sides;
  /** Both sides as parts of one host: then there is no Service of the canary's own. */
  readonly subsets?: Sides;
  /** Both sides behind stable's Service, told apart by nothing but their pods. */
  readonly oneService?: true;
}

/** Whether the canary has no Service of its own. */
export const sharesService = ({ subsets, oneService }: Pick<Application, 'subsets' | 'oneService'>): boolean =>
  subsets !== undefined || oneService === true;

/** A name each for stable and for the canary. */
export interface Sides {
  readonly stable: string;
  readonly canary: string;
}

/** What `inspect` looks at beside the route. */
export interface ContextRef {
  readonly kind: Kind;
  /** Empty: an object that lies in no namespace. */
  readonly namespace: string;
  /** Missing: all of them. */
  readonly name?: string;
  /** Those of all other namespaces, and not of `namespace`. */
  readonly elsewhere?: true;
  readonly need: 'required' | 'advisory';
  readonly why: string;
}

/** A part of an object: the paths by which Argo CD (jq) and Flux (JSON Pointer) leave it alone. */
export interface FieldPath {
  readonly jq: string;
  readonly pointer: string;
}

/** What a router finds in its objects before anything is written. */
export interface Inspection {
  /** Each one makes a split impossible or wrong: the rollout must not start. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** One sentence for each rule whose weights will change. */
  readonly splits: readonly string[];
  /** One sentence for each rule that no write touches. */
  readonly untouched: readonly string[];
  /** Request headers that reach the canary whatever its weight is. */
  readonly headers: readonly CanaryHeader[];
}

export interface CanaryHeader {
  readonly name: string;
  readonly value: string;
}

/**
 * What the router's own side says about the object as it was read. `reason` says who and why, and ends without a full stop. Where
 * nobody answers for a route (Istio, NGINX Ingress), `accepted` says only that the API server has stored it and that nobody has
 * complained: whether traffic follows is measured by the share.
 */
export type Acceptance = { readonly is: 'accepted' } | { readonly is: 'pending' | 'refused'; readonly reason: string };

/** A share that is made by pods alone: the canary Deployment carries it, and may not be there yet. Sizes are numbers of pods. */
export interface PodSplit {
  /** The largest share, in percent. */
  readonly ceiling: number;
  podsFor(stable: number, percent: number): number;
  /** The stages as pod counts can give them. */
  ladder(stages: readonly Stage[], stable: number): readonly Stage[];
  /** Of a ready-made ladder, what lies within the ceiling. */
  within(stages: readonly Stage[]): readonly Stage[];
  /** The canary Deployment as it has to be made. */
  prepared(canary: KubernetesObject, stable: number): KubernetesObject;
}

/**
 * A lens on the objects that carry a traffic split, not a client: it reads nothing and writes nothing.
 * `found` are the objects of `objects(app)` as they were read; objects that are not there are left out.
 *
 * Laws, for integer percents: `weight(withWeight(found, app, p)) = p` (with a third backend: within half a percentage point, once
 * `inspect` has no problem); writing twice is writing the second; writing what was read changes no share.
 */
export interface Router {
  readonly name: string;
  /** The name of the object that carries the split, when none is given. */
  readonly defaultRoute: (service: string) => string;
  /** The kinds it reads and writes. */
  readonly kinds: readonly Kind[];
  /** Where the weights lie in its objects: what a tool that writes them again has to leave alone. */
  readonly weights: FieldPath;
  /** Why a new cluster should have another one. Told once before a rollout. */
  readonly legacy?: string;
  /** Where no object has weights. Laws hold for the shares that pod counts can give. */
  readonly pods?: PodSplit;
  objects(app: Application): readonly ObjectRef[];
  /** What the inspection needs to see beside `objects`. It is read and never written. */
  context(app: Application): readonly ContextRef[];
  /**
   * `weights`: the canary's weights in percent that the rollout will pass through. `around`: the Services and Deployments of both
   * sides and what of `context` is there and may be read.
   */
  inspect(
    found: readonly KubernetesObject[],
    app: Application,
    weights: readonly number[],
    around?: readonly KubernetesObject[],
  ): Inspection;
  /** The labels by which the canary's pods get the canary's share. `undefined`: what says so is not among the objects `around`. */
  canaryLabels(app: Application, around: readonly KubernetesObject[]): Labels | undefined;
  /**
   * The ports of the canary's own Service by which the split sends requests to it, by number or by name, as far as the route says so.
   * `around` as for `inspect`.
   */
  canaryPorts(found: readonly KubernetesObject[], app: Application, around: readonly KubernetesObject[]): readonly (number | string)[];
  /** Rule by rule. Its laws: `weight` is the highest of its shares where there is one, and 0 where a route has no rule that is split. */
  ruleShares(found: readonly KubernetesObject[], app: Application): RuleShares;
  /** The canary's share in percent as it is written, 0 to 100, not always an integer: the highest over all split rules, 0 when there is none. */
  weight(found: readonly KubernetesObject[], app: Application): number;
  /** The same objects with another split and nothing else changed. `percent` is an integer from 0 to 100. */
  withWeight(found: readonly KubernetesObject[], app: Application, percent: number): readonly KubernetesObject[];
  accepted(found: readonly KubernetesObject[], app: Application): Acceptance;
}
