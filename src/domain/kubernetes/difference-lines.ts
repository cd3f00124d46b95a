import { shown } from '../units/shown.ts';
import { differences, isTelling } from './difference.ts';
import { manifestOf } from './manifest.ts';
import type { KubernetesObject } from './object.ts';

/** Kinds whose fields are known well enough to tell a setting from a secret. Of others, only the names of the fields are shown. */
const legible = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Service', 'HorizontalPodAutoscaler', 'PodDisruptionBudget'];

/** What changes of an object, a line each, without values that may be secret: `spec.replicas: 3 → 5`. Its status does not count. */
export function differenceLines(before: KubernetesObject, after: KubernetesObject, most = 40): readonly string[] {
  const found = differences(manifestOf(before), manifestOf(after));
  const lines = found.slice(0, most).map((difference) => {
    const { path, one, other } = difference;
    const where = shown(path.join('.'), 200);
    if (legible.includes(after.kind) && isTelling(difference)) return `${where}: ${plain(one)} → ${plain(other)}`;
    if (one === undefined) return `${where}: added`;
    return other === undefined ? `${where}: removed` : `${where}: changed (values not shown)`;
  });
  return found.length > most ? [...lines, `and ${found.length - most} more`] : lines;
}

const plain = (value: unknown): string => (value === undefined ? 'not set' : shown(String(value), 160));
