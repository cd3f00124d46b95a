import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import { app, inspectAround } from './fixtures.ts';
import { canary, ingress, stable } from './objects.ts';

const look = (...others: readonly KubernetesObject[]) => inspectAround([stable, canary, ...others], app);
/** `!` before a refusal. */
const told = ({ problems, warnings }: ReturnType<typeof look>): readonly string[] => [
  ...problems.map(({ what }) => `!${what}`),
  ...warnings.map(({ what }) => what),
];

describe("the canary's Service behind another Ingress", () => {
  const ways = [{ host: 'canary.shop.example.com', path: '/', service: 'agent-canary' }];
  const dead =
    '!Ingress preview (canary.shop.example.com/) leads to `agent-canary` itself: the controller takes the Service as that one has it, so header and weight of agent-canary are without effect.';
  const open =
    'Ingress preview (canary.shop.example.com/) leads to `agent-canary` itself: the controller takes the Service as the older Ingress has it. If that is agent-canary, the other is not served there; if not, header and weight are without effect.';

  it.each([
    ['older than the canary Ingress', ingress('preview', ways, { made: 15 }), [dead]],
    ['of the same second', ingress('preview', ways, { made: 20 }), [open]],
    ['younger', ingress('preview', ways, { made: 25 }), [open]],
    ['of unknown age', ingress('preview', ways), [open]],
    ['older, and perhaps of the same controller', classless(ingress('preview', ways, { made: 15 })), [open]],
    ['older, of another controller', ingress('preview', ways, { made: 15, className: 'internal' }), []],
    ['older, of another namespace', ingress('preview', ways, { made: 15, namespace: 'lab' }), []],
    ['older, to another port', ingress('preview', [{ ...ways[0], port: { number: 81 } }], { made: 15 }), []],
    ['older, to the port by its name', ingress('preview', [{ ...ways[0], port: { name: 'http' } }], { made: 15 }), []],
  ])('%s', (_, other, expected) => {
    expect(told(look(other))).toEqual(expected);
  });

  it('as a default backend, which each Ingress makes anew', () => {
    const other = ingress('preview', [], { made: 25, byDefault: { service: 'agent-canary' } });
    expect(told(look(other))).toEqual([dead.replace('canary.shop.example.com/', 'its default backend')]);
  });

  it("behind another host of stable's Ingress", () => {
    const both = ingress('agent', [{}, ...ways], { made: 10 });
    expect(told(inspectAround([both, canary], app))).toEqual([dead.replace('Ingress preview', 'Ingress agent')]);
    expect(
      told(inspectAround([{ ...both, metadata: { ...both.metadata, creationTimestamp: '2026-11-23T00:00:00Z' } }, canary], app)),
    ).toEqual([open.replace('Ingress preview', 'Ingress agent')]);
  });

  it('is told together with a canary Ingress that is not there yet, which will be the younger one', () => {
    const found = inspectAround([stable, ingress('preview', ways, { made: 15 })], app);
    expect(told(found)).toEqual([expect.stringMatching(/^!Ingress shop\/agent-canary is not there/), dead]);
  });
});

function classless(object: KubernetesObject): KubernetesObject {
  const { ingressClassName: _, ...spec } = object['spec'] as Record<string, unknown>;
  return { ...object, spec };
}

describe("stable's Service behind another Ingress", () => {
  const ways = [{ host: 'internal.example.com', path: '/' }];
  const also = (at: string) =>
    `Ingress internal (${at}) leads to the same Service and port as agent: the controller splits that as well, and counts it under the other's name, so \`metrics: nginx-ingress\` does not see it.`;

  it.each([
    ['older', ingress('internal', ways, { made: 1 }), [also('internal.example.com/')]],
    ['younger', ingress('internal', ways, { made: 59 }), [also('internal.example.com/')]],
    ['as its default backend', ingress('internal', [{ ...ways[0], service: 'web' }], { byDefault: {} }), [also('its default backend')]],
    ['of another controller', ingress('internal', ways, { className: 'internal' }), []],
    ['of another namespace', ingress('internal', ways, { namespace: 'lab' }), []],
    ['to another port', ingress('internal', [{ ...ways[0], port: { number: 81 } }]), []],
  ])('%s', (_, other, expected) => {
    expect(told(look(other))).toEqual(expected);
  });

  it('names the selector that counts both', () => {
    expect(look(ingress('internal', ways)).warnings[0]?.remedy).toContain('`ingress=~"agent|internal"`');
  });

  it('is not told beside what is said of two Ingresses for one path', () => {
    expect(told(look(ingress('internal', [{}])))).toEqual([expect.stringMatching(/^!Ingress internal serves shop\.example\.com\/api too/)]);
  });
});

describe('a second canary Ingress at another place', () => {
  const primary = ingress('admin', [{ host: 'admin.example.com', path: '/' }], { made: 12 });
  const beta = (service: string, made: number, more = {}) =>
    ingress('beta', [{ host: 'admin.example.com', path: '/', service }], { made, annotations: { canary: 'true' }, ...more });
  const older =
    '!Ingress beta (admin.example.com/) is an older canary of the same Service and port: the controller takes the oldest, so header and weight of agent-canary are without effect.';
  const another =
    'Ingress beta (admin.example.com/) is another canary of the same Service and port: the controller takes the oldest, so header and weight of one of both are without effect.';
  const split = expect.stringMatching(/^Ingress admin .*splits that as well/);

  it.each([
    ["older, of stable's Service", beta('agent-beta', 15), [older, split]],
    ["younger, of stable's Service", beta('agent-beta', 25), [split, another]],
    [
      "older, of stable's Service, from another namespace",
      beta('agent-beta', 15, { namespace: 'lab' }),
      [older.replace('beta', 'lab/beta'), split],
    ],
  ])('%s', (_, other, expected) => {
    expect(told(look(primary, other))).toEqual(expected);
  });

  it.each([
    ["older, with the canary's Service", beta('agent-canary', 15), [older]],
    ["younger, with the canary's Service", beta('agent-canary', 25), [another]],
    ['for another Service', beta('admin-beta', 15), []],
    ['of another controller', beta('agent-canary', 15, { className: 'internal' }), []],
    ['to a Service of that name in another namespace', beta('agent-canary', 15, { namespace: 'lab' }), []],
  ])('%s', (_, other, expected) => {
    const elsewhere = ingress('admin', [{ host: 'admin.example.com', path: '/', service: 'admin' }], { made: 12 });
    expect(told(look(elsewhere, other))).toEqual(expected);
  });
});

describe("what of stable's Ingress has no rule of its own in the canary's", () => {
  it.each([
    [{ service: 'agent' }, 'the default backend is split with the others, without a rule of its own: it goes to the same port of `agent`'],
    [{ service: 'agent', port: { number: 81 } }, 'the default backend is left alone: it goes to `agent` and not to the canary'],
  ])('%j', (byDefault, sentence) => {
    expect(inspectAround([ingress('agent', [{}], { byDefault }), canary], app).untouched).toEqual([sentence]);
  });
});

it('a canary without a path is not that of a stable without one, and what is printed is', () => {
  const bare = (object: KubernetesObject): KubernetesObject => JSON.parse(JSON.stringify(object).replace('"path":"/api",', ''));
  const found = inspectAround([bare(stable), bare(canary)], app);
  expect(told(found)).toEqual([
    expect.stringMatching(/^!Ingress agent-canary does not mirror agent: it has not the host, path and path type of shop\.example\.com\//),
  ]);
  expect(found.problems[0]?.yaml).toContain('path: /\n');
});
