import type { KubernetesObject } from '../../kubernetes/object.ts';
import { shown } from '../../units/shown.ts';
import type { Acceptance } from '../router.ts';

interface IstioStatus {
  /** An integer, or one as a text. */
  readonly observedGeneration?: number | string;
  readonly validationMessages?: readonly Message[];
}

interface Message {
  readonly level?: string;
  readonly type?: { readonly code?: string; readonly name?: string };
  readonly documentationUrl?: string;
}

/**
 * Nobody in Istio accepts a VirtualService. Its analyser, where that is on, writes errors into the status: one about this generation
 * refuses it. Otherwise it is accepted by the API server (and the webhook before it), and whether the mesh follows is measured.
 */
export function acceptanceOf(route: KubernetesObject): Acceptance {
  const { observedGeneration, validationMessages = [] } = (route['status'] ?? {}) as IstioStatus;
  const error = validationMessages.find(({ level }) => level === 'ERROR');
  const isOfBefore = Number(observedGeneration ?? Number.POSITIVE_INFINITY) < (route.metadata.generation ?? 0);
  if (error === undefined || isOfBefore) return { is: 'accepted' };
  const { code = 'an error without a code', name = '' } = error.type ?? {};
  const where = error.documentationUrl === undefined ? '' : ` (${shown(error.documentationUrl)})`;
  return { is: 'refused', reason: `Istio's analyser says ${shown(`${code} ${name}`.trim())}${where}` };
}
