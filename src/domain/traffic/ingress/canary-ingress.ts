import { Ingress } from '../../kubernetes/kinds.ts';
import { annotated, manifestOf } from '../../kubernetes/manifest.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { stableServiceName } from '../around/objects.ts';
import type { Application } from '../router.ts';
import { annotationOf, type Backend, canaryRouteName, isCanary, type Place, placesOf, prefix, type Rule, specOf } from './shape.ts';

/** The places of stable's Ingress whose requests are split: those that lead to stable's Service. */
export const splitPlaces = (stable: KubernetesObject, app: Application): readonly Place[] =>
  placesOf(stable).filter(({ backend }) => backend?.service?.name === stableServiceName(app));

/** The canary Ingress as it has to be beside stable's: the same hosts, paths and class, and the canary's Service behind them. */
export function mirrored(stable: KubernetesObject, present: KubernetesObject | undefined, app: Application): KubernetesObject {
  const rules = (specOf(stable).rules ?? []).flatMap((rule): readonly Rule[] => {
    const paths = (rule.http?.paths ?? []).filter(({ backend }) => backend?.service?.name === stableServiceName(app));
    const ours = paths.map((path) => ({ ...path, path: path.path || '/', backend: backendOf(path.backend, app) }));
    return ours.length === 0 ? [] : [{ ...rule, http: { ...rule.http, paths: ours } }];
  });
  const { ingressClassName } = specOf(stable);
  const classAnnotation = stable.metadata.annotations?.['kubernetes.io/ingress.class'];
  const { ingressClassName: _, rules: __, defaultBackend: ___, ...others } = present === undefined ? {} : specOf(present);
  const base: KubernetesObject = present ?? {
    apiVersion: Ingress.apiVersion,
    kind: Ingress.kind,
    metadata: { name: canaryRouteName(app), namespace: app.namespace },
  };
  const annotations = {
    ...(classAnnotation === undefined ? {} : { 'kubernetes.io/ingress.class': classAnnotation }),
    [`${prefix}canary`]: 'true',
    ...(annotationOf(base, 'canary-weight') === undefined ? { [`${prefix}canary-weight`]: '0' } : {}),
    ...headerAnnotations(base),
  };
  const spec = { ...(ingressClassName === undefined ? {} : { ingressClassName }), ...others, rules };
  return manifestOf(annotated(base, annotations), { spec });
}

/** With header and weight together, testers reach the canary at every weight. What is there already is kept. */
export function headerAnnotations(ingress: KubernetesObject): Readonly<Record<string, string>> {
  if (isCanary(ingress) && (annotationOf(ingress, 'canary-by-header') ?? annotationOf(ingress, 'canary-by-cookie')) !== undefined)
    return {};
  return { [`${prefix}canary-by-header`]: 'X-Canary', [`${prefix}canary-by-header-value`]: 'true' };
}

function backendOf(backend: Backend | undefined, { canaryService }: Application): Backend {
  const port = backend?.service?.port;
  return { service: { name: canaryService, ...(port === undefined ? {} : { port }) } };
}
