import * as kinds from '../../../src/domain/kubernetes/kinds.ts';
import type { Kind } from '../../../src/domain/kubernetes/object.ts';

/** Where the objects of a world are that is about one namespace. */
export const home = 'shop';

const ofTheCluster: readonly Kind[] = [
  kinds.Namespace,
  kinds.Node,
  kinds.SelfSubjectReview,
  kinds.SelfSubjectAccessReview,
  kinds.SelfSubjectRulesReview,
];

export const sameKind = (one: Kind, other: Kind): boolean => one.apiVersion === other.apiVersion && one.kind === other.kind;

/** Whether its objects are in namespaces. */
export const isNamespaced = (kind: Kind): boolean => !ofTheCluster.some((each) => sameKind(each, kind));
