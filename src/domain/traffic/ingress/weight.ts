import { annotated } from '../../kubernetes/manifest.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { CanaryHeader } from '../router.ts';
import { canaryWeight, checkPercent } from '../weights/split.ts';
import { annotationOf, prefix } from './shape.ts';

/** A whole number as the controller reads one; anything else is none. */
const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^[+-]?\d{1,9}$/.test(text) ? Number(text) : undefined;

/** How many parts all requests are. The controller takes no total below 100 into account. */
export const totalOf = (ingress: KubernetesObject): number =>
  Math.max(100, wholeNumber(annotationOf(ingress, 'canary-weight-total')) ?? 100);

/** A total that the controller does not read as it is written. */
export const ignoredTotal = (ingress: KubernetesObject): string | undefined => {
  const written = annotationOf(ingress, 'canary-weight-total');
  return written === undefined || wholeNumber(written) === totalOf(ingress) ? undefined : written;
};

/** A weight that the controller takes for 0. */
export const unreadableWeight = (ingress: KubernetesObject): string | undefined => {
  const written = annotationOf(ingress, 'canary-weight');
  return wholeNumber(written) === undefined ? written : undefined;
};

/** The canary's share in percent. */
export function percentOf(ingress: KubernetesObject): number {
  const weight = wholeNumber(annotationOf(ingress, 'canary-weight')) ?? 0;
  return (100 * Math.min(Math.max(weight, 0), totalOf(ingress))) / totalOf(ingress);
}

/** Nothing but the weight changes: header and cookie rules stay in force at every weight, 0 included. */
export function withPercent(ingress: KubernetesObject, percent: number): KubernetesObject {
  checkPercent(percent);
  return annotated(ingress, { [`${prefix}canary-weight`]: String(canaryWeight(totalOf(ingress), percent)) });
}

/** The header that reaches the canary. One that is matched by a pattern has no value that could be named. */
export function headersOf(ingress: KubernetesObject): readonly CanaryHeader[] {
  const name = annotationOf(ingress, 'canary-by-header');
  const value = annotationOf(ingress, 'canary-by-header-value');
  if (name === undefined || (value === undefined && annotationOf(ingress, 'canary-by-header-pattern') !== undefined)) return [];
  return [{ name, value: value ?? 'always' }];
}
