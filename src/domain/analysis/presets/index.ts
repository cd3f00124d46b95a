import type { LabelledSource } from '../metric-source.ts';
import { agent } from './agent.ts';
import { http } from './http.ts';
import { istio } from './istio.ts';
import { nginxIngress } from './nginx-ingress.ts';

/** The register of metric presets. */
export const presets: Readonly<Record<string, LabelledSource>> = { agent, http, istio, 'nginx-ingress': nginxIngress };
