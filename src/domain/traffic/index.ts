import type { Parsed } from '../units/parsed.ts';
import { knownVariant } from '../units/variant.ts';
import { gatewayApi } from './gateway-api.ts';
import { istio } from './istio.ts';
import { nginxIngress } from './nginx-ingress.ts';
import { replicas } from './replicas.ts';
import type { Router } from './router.ts';

/** Every router, by the name that the input `router` takes. */
export const routers: Readonly<Record<string, Router>> = {
  [gatewayApi.name]: gatewayApi,
  [istio.name]: istio,
  [nginxIngress.name]: nginxIngress,
  [replicas.name]: replicas,
};

export const findRouter = (name: string): Parsed<Router> => knownVariant(routers, name);
