import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { findSwitcher, switchers } from '../../../../src/domain/traffic/switchers/index.ts';
import type { Switcher } from '../../../../src/domain/traffic/switchers/switcher.ts';
import { cases, object, pair } from './routes.ts';

describe('the register of switchers', () => {
  it('holds every file of the folder', () => {
    const files = readdirSync(new URL('../../../../src/domain/traffic/switchers/', import.meta.url));
    expect(files.length - ['index.ts', 'switcher.ts', 'colours.ts'].length).toBe(Object.keys(switchers).length);
    expect(Object.values(switchers).map(({ name }) => name)).toEqual(Object.keys(switchers));
    expect(new Set(Object.keys(cases))).toEqual(new Set(Object.keys(switchers)));
  });

  it.each(['nginx', '', 'toString', '__proto__'])('refuses %j and lists the known ones', (name) => {
    expect(findSwitcher(name)).toMatchObject({ ok: false, remedy: expect.stringContaining('`ingress`') });
  });
});

const all = Object.entries(cases).flatMap(([name, routes]) =>
  Object.entries(routes).map(([what, [blue, green]]) => ({ name, what, blue, green, switcher: switchers[name] as Switcher })),
);

describe.each(all)('$name: $what', ({ blue, green, switcher }) => {
  it('is read', () => {
    expect(switcher.live(object(blue), pair)).toEqual({ is: 'one', colour: 'blue' });
    expect(switcher.live(object(green), pair)).toEqual({ is: 'one', colour: 'green' });
  });

  it('is switched, and nothing else is touched', () => {
    expect(switcher.switched(object(blue), pair, 'green')).toEqual(object(green));
    expect(switcher.switched(object(green), pair, 'blue')).toEqual(object(blue));
  });

  it('is as it was when it is switched to what it says, or there and back', () => {
    const text = JSON.stringify(object(blue));
    expect(JSON.stringify(switcher.switched(object(blue), pair, 'blue'))).toBe(text);
    expect(JSON.stringify(switcher.switched(switcher.switched(object(blue), pair, 'green'), pair, 'blue'))).toBe(text);
  });

  it('says what a switch changes', () => {
    const { problems, switches } = switcher.inspect(object(blue), pair, []);
    expect(problems).toEqual([]);
    expect(switches.length).toBeGreaterThan(0);
  });
});

const rules = (...names: readonly string[]) =>
  object(
    `{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: agent-service, namespace: shop}, spec: {rules: [${names.map((name, index) => `{host: h${index}, http: {paths: [{path: /, backend: {service: {name: ${name}}}}]}}`).join(', ')}]}}`,
  );

describe('a route that nobody can read', () => {
  const { ingress, service, 'gateway-api': gateway } = switchers as Record<string, Switcher>;

  it('sends one place to blue and another to green', () => {
    expect(ingress?.live(rules('agent-service-blue', 'agent-service-green'), pair)).toEqual({
      is: 'both',
      reason: 'h0/ sends to blue, h1/ sends to green',
    });
  });

  it('names neither colour', () => {
    expect(ingress?.live(rules('docs'), pair)).toMatchObject({ is: 'none' });
  });

  it('has a selector of both colours, or of neither', () => {
    const of = (selector: string) =>
      object(`{apiVersion: v1, kind: Service, metadata: {name: agent-service}, spec: {selector: ${selector}}}`);
    expect(service?.live(of('{app: agent-service}'), pair)).toMatchObject({ is: 'both' });
    expect(service?.live(of('{app: other}'), pair)).toMatchObject({ is: 'none' });
    expect(service?.live(of('{}'), pair)).toMatchObject({ is: 'none' });
  });

  it('has weights for both colours', () => {
    const split = object(
      '{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: agent-service}, spec: {rules: [{backendRefs: [{name: agent-service-blue, weight: 95}, {name: agent-service-green, weight: 5}]}]}}',
    );
    expect(gateway?.live(split, pair)).toMatchObject({ is: 'both' });
  });
});

describe('what would make a switch be without effect, or take pods from users', () => {
  const of = (name: string): Switcher => switchers[name] as Switcher;
  const problems = (name: string, route: string, other: string): readonly string[] =>
    of(name)
      .inspect(object(route), pair, [object(other)])
      .problems.map(({ what }) => what);
  const first = (name: string): string => Object.values(cases[name] ?? {})[0]?.[0] ?? '';
  const chapter = first('ingress');

  it('the two Ingresses of chapter 11 on one path', () => {
    const other =
      '{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: ai-workflow-ingress, namespace: shop}, spec: {ingressClassName: nginx, rules: [{host: api.aiworkflow.com, http: {paths: [{path: /api/agents, pathType: Prefix, backend: {service: {name: agent-service}}}]}}]}}';
    expect(problems('ingress', chapter, other)).toEqual([
      expect.stringContaining('ai-workflow-ingress serves api.aiworkflow.com/api/agents too'),
    ]);
    expect(problems('ingress', chapter, other.replace('/api/agents', '/api/agents/'))).toHaveLength(1);
    expect(problems('ingress', chapter, other.replace('/api/agents', '/api/personas'))).toEqual([]);
    expect(problems('ingress', chapter, other.replace('ingressClassName: nginx', 'ingressClassName: internal'))).toEqual([]);
  });

  it('a canary Ingress, and an Ingress that leads to a colour', () => {
    const canary = chapter
      .replace('name: agent-service,', 'name: agent-canary,')
      .replace('annotations: {', "annotations: {nginx.ingress.kubernetes.io/canary: 'true', ")
      .replaceAll('service: {name: agent-service-blue', 'service: {name: other');
    expect(problems('ingress', chapter, canary)).toEqual([expect.stringContaining('is a canary for')]);
    const stray = chapter.replace('name: agent-service,', 'name: internal,').replace('api.aiworkflow.com', 'internal.example.com');
    expect(problems('ingress', chapter, stray)).toEqual([expect.stringContaining('Ingress internal leads to agent-service-blue')]);
  });

  it('an older HTTPRoute with the same match, and one that leads to a colour', () => {
    const route = first('gateway-api');
    const shadow = route.replace('name: agent-service,', 'name: older,').replaceAll('agent-service-blue', 'other');
    expect(problems('gateway-api', route, shadow)).toEqual([expect.stringContaining('HTTPRoute older takes the same requests')]);
    expect(problems('gateway-api', route, shadow.replace('name: public', 'name: private'))).toEqual([]);
    // Without a section it is every listener, and so the same one.
    expect(problems('gateway-api', route, shadow.replace('name: public', 'name: public, sectionName: web'))).toHaveLength(1);
    expect(problems('gateway-api', route, shadow.replace('api.example.com', 'other.example.com'))).toEqual([]);
    expect(problems('gateway-api', route, shadow.replace('value: /agents', 'value: /other'))).toEqual([]);
    const stray = route.replace('name: agent-service,', 'name: older,').replace('api.example.com', 'other.example.com');
    expect(problems('gateway-api', route, stray)).toEqual([expect.stringContaining('HTTPRoute older leads to a colour')]);
  });

  it('a second VirtualService of the host, and one that leads to a colour', () => {
    const route = first('istio');
    const shadow = route.replace('name: agent-service,', 'name: second,').replaceAll('agent-service-blue', 'other');
    expect(problems('istio', route, shadow)).toEqual([expect.stringContaining('VirtualService second has the host api.example.com too')]);
    expect(problems('istio', route, shadow.replace('hosts: [', 'gateways: [edge], hosts: ['))).toEqual([]);
    const stray = route.replace('name: agent-service,', 'name: second,').replace('hosts: [api.example.com]', 'hosts: [other.example.com]');
    expect(problems('istio', route, stray)).toEqual([expect.stringContaining('VirtualService second leads to a colour')]);
  });

  it('a second Service that selects a colour, but not the colours own', () => {
    const route = first('service');
    const named = (name: string): string => route.replace('name: agent-service,', `name: ${name},`);
    expect(problems('service', route, named('agent-internal'))).toEqual([
      expect.stringContaining('Service agent-internal selects one of the colours'),
    ]);
    expect(problems('service', route, named('agent-service-blue'))).toEqual([]);
  });
});
