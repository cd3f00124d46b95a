import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../../src/domain/kubernetes/object.ts';
import { inspectRoute } from '../../../../src/domain/traffic/httproute/inspection.ts';
import { app } from './fixtures.ts';

const split = [
  { name: 'agent', port: 80, weight: 100 },
  { name: 'agent-canary', port: 80, weight: 0 },
];
const toStable = [{ name: 'agent', port: 80 }];
const elsewhere = [{ name: 'pages', port: 80 }];
const header = { matches: [{ headers: [{ name: 'x-canary', value: 'true' }] }], backendRefs: [{ name: 'agent-canary', port: 80 }] };
const path = (value: string, type = 'PathPrefix') => ({ matches: [{ path: { type, value } }] });
const gateway = { name: 'public', namespace: 'gateway' };

interface Given {
  readonly name?: string;
  readonly namespace?: string;
  readonly at?: string;
  readonly parents?: readonly object[];
  readonly hosts?: readonly string[];
  readonly rules?: readonly object[];
  readonly status?: object;
}

const route = ({
  name = 'first',
  namespace = 'shop',
  at = '2026-01-01T00:00:00Z',
  parents = [gateway],
  ...more
}: Given): KubernetesObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name, namespace, generation: 1, creationTimestamp: at },
  spec: {
    parentRefs: parents,
    ...(more.hosts === undefined ? {} : { hostnames: more.hosts }),
    rules: more.rules ?? [{ backendRefs: elsewhere }],
  },
  ...(more.status === undefined ? {} : { status: more.status }),
});

const own = (given: Given = {}) => route({ name: 'agent', at: '2026-02-01T00:00:00Z', rules: [header, { backendRefs: split }], ...given });

function told(mine: KubernetesObject, ...others: readonly KubernetesObject[]) {
  const of = (around: readonly KubernetesObject[]) => {
    const { problems, warnings } = inspectRoute(mine, app, [5, 100], around);
    return { problems: problems.map(({ what }) => what), warnings: warnings.map(({ what }) => what) };
  };
  const before = of([]);
  const after = of([mine, ...others]);
  return {
    problems: after.problems.filter((each) => !before.problems.includes(each)),
    warnings: after.warnings.filter((each) => !before.warnings.includes(each)),
  };
}

const silent = { problems: [], warnings: [] };
const order = 'of routes with the same match the Gateway API serves the older one, and of one age the first by name.';
const lost = (where: string, others = 'HTTPRoute shop/first') => ({
  problems: [`${others} goes before agent for ${where}: ${order} No request reaches the split, so its weights have no effect.`],
  warnings: [],
});
const partly = (where: string) => ({
  problems: [],
  warnings: [`HTTPRoute shop/first goes before agent for ${where}: ${order} What it takes there does not follow the weights.`],
});
const every = 'rule 2 (every path)';
const at = 'Gateway gateway/public';

describe('a second HTTPRoute with the same match, hostname and parent', () => {
  it('takes every request of the split when it is older', () => {
    expect(told(own(), route({}))).toEqual(lost(`${every} at ${at}`));
    const hosts = ['a.example.com'];
    expect(told(own({ hosts }), route({ hosts }))).toEqual(lost(`${every} of \`a.example.com\` at ${at}`));
  });

  it('takes none when it is younger', () => {
    expect(told(own(), route({ at: '2026-03-01T00:00:00Z' }))).toEqual(silent);
  });

  it('of one age goes before by its name', () => {
    const at = '2026-02-01T00:00:00Z';
    expect(told(own(), route({ at, name: 'a-first' })).problems).toHaveLength(1);
    expect(told(own(), route({ at, name: 'agent-2' }))).toEqual(silent);
  });

  it('is the same match however it is written', () => {
    const headers = (name: string) => [{ name, value: 'eu' }];
    const mine = own({ rules: [{ matches: [{ method: 'GET', headers: headers('Region') }], backendRefs: split }] });
    const other = (match: object) => route({ rules: [{ matches: [match], backendRefs: elsewhere }] });
    expect(told(mine, other({ path: { value: '/' }, method: 'GET', headers: headers('region') })).problems).toHaveLength(1);
    expect(told(mine, other({ method: 'GET' }))).toEqual(silent);
    expect(told(mine, other({ method: 'POST', headers: headers('region') }))).toEqual(silent);
  });

  it('with others takes all of it together', () => {
    const hosts = ['a.example.com', 'b.example.com'];
    const [one, two] = [route({ hosts: ['a.example.com'] }), route({ name: 'second', hosts: ['b.example.com'] })];
    expect(told(own({ hosts }), one, two)).toEqual(
      lost(`${every} of \`a.example.com\` at ${at}; ${every} of \`b.example.com\` at ${at}`, 'HTTPRoute shop/first, HTTPRoute shop/second'),
    );
  });

  it('takes all by every listener that the split has', () => {
    const parents = [{ ...gateway, sectionName: 'https' }];
    expect(told(own({ parents }), route({})).problems).toHaveLength(1);
    expect(told(own({ parents }), route({ parents })).problems).toHaveLength(1);
    const ported = [{ ...gateway, port: 443 }];
    expect(told(own({ parents: ported }), route({})).problems).toHaveLength(1);
  });

  it('is named by a parent of the own namespace with and without it', () => {
    expect(told(own({ parents: [{ name: 'own' }] }), route({ parents: [{ name: 'own', namespace: 'shop' }] })).problems).toHaveLength(1);
  });
});

describe('a second HTTPRoute that takes some of the requests', () => {
  it('by one of two hostnames', () => {
    const mine = own({ hosts: ['a.example.com', 'b.example.com'] });
    expect(told(mine, route({ hosts: ['b.example.com'] }))).toEqual(partly(`${every} of \`b.example.com\` at ${at}`));
  });

  it('by one of two parents, or one of its listeners', () => {
    const mine = own({ parents: [gateway, { name: 'inside' }] });
    expect(told(mine, route({}))).toEqual(partly(`${every} at ${at}`));
    const parents = [{ ...gateway, sectionName: 'http' }];
    expect(told(own(), route({ parents }))).toEqual(partly(`${every} at ${at}`));
    expect(
      told(
        own({
          parents: [
            { ...gateway, sectionName: 'http' },
            { ...gateway, sectionName: 'https' },
          ],
        }),
        route({ parents }),
      ),
    ).toEqual(partly(`${every} at ${at}, section http`));
    expect(told(own({ parents: [{ ...gateway, port: 80 }] }), route({ parents: [{ ...gateway, port: 443 }] }))).toEqual(silent);
  });

  it('by one of two matches', () => {
    const mine = own({ rules: [{ ...path('/api'), backendRefs: split }, { backendRefs: split }] });
    expect(told(mine, route({ rules: [{ ...path('/api'), backendRefs: elsewhere }] }))).toEqual(
      partly(`rule 1 (paths under /api) at ${at}`),
    );
  });

  it('by the same pattern, whose precedence each implementation sets', () => {
    const rule = path('/v[0-9]+', 'RegularExpression');
    expect(told(own({ rules: [{ ...rule, backendRefs: split }] }), route({ rules: [{ ...rule, backendRefs: elsewhere }] }))).toEqual(
      partly(`rule 1 (paths like /v[0-9]+) at ${at}`),
    );
  });

  it('by a narrower hostname, whatever its age', () => {
    const narrow = (given: Given) =>
      route({ at: '2026-03-01T00:00:00Z', hosts: ['a.example.com'], rules: [{ backendRefs: toStable }], ...given });
    const found = {
      problems: [],
      warnings: [
        'Requests for `a.example.com` follow HTTPRoute shop/first, whose hostname is the narrower one, and not the weights of agent.',
      ],
    };
    expect(told(own({ hosts: ['*.example.com'] }), narrow({}))).toEqual(found);
    expect(told(own(), narrow({}))).toEqual(found);
    expect(
      told(own({ rules: [{ ...path('/api/v1'), backendRefs: split }] }), narrow({ rules: [{ ...path('/api'), backendRefs: toStable }] })),
    ).toEqual(found);
    // What the split does not get anyway.
    for (const rule of [path('/apis'), path('/api/v1/users'), { matches: [{ method: 'GET' }] }, header]) {
      const mine = own({ rules: [{ ...path('/api/v1'), backendRefs: split }] });
      expect(told(mine, narrow({ rules: [{ backendRefs: toStable, ...rule }] }))).toEqual(silent);
    }
    expect(told(own(), narrow({ rules: [{ backendRefs: elsewhere }] }))).toEqual(silent);
    expect(told(own(), narrow({ parents: [{ name: 'inside' }] }))).toEqual(silent);
    expect(told(own({ hosts: ['b.example.com'] }), narrow({}))).toEqual(silent);
    expect(told(own({ hosts: ['*.example.com', 'a.example.com'] }), narrow({}))).toEqual(silent);
  });
});

describe('a second HTTPRoute that is no rival', () => {
  it.each([
    ['is for another path', route({ rules: [{ ...path('/docs'), backendRefs: elsewhere }] })],
    ['is for one path of its own', route({ rules: [{ ...path('/', 'Exact'), backendRefs: elsewhere }] })],
    ['asks for a header', route({ rules: [header] })],
    ['is at another Gateway', route({ parents: [{ name: 'inside' }] })],
    ['is for another kind of parent', route({ parents: [{ ...gateway, group: '', kind: 'Service' }] })],
    ['is for another hostname', route({ hosts: ['docs.example.com'] })],
    ['lies in another namespace', route({ namespace: 'other' })],
  ])('%s', (_, other) => {
    expect(told(own(), other)).toEqual(silent);
    expect(told(own({ hosts: ['a.example.com'] }), other)).toEqual(silent);
  });

  it('is a wider one', () => {
    expect(told(own({ hosts: ['a.example.com'] }), route({}))).toEqual(silent);
    expect(told(own({ hosts: ['a.example.com'] }), route({ hosts: ['*.example.com'] }))).toEqual(silent);
  });

  it('was turned down by the parent', () => {
    const status = (...answers: readonly (readonly [string, number])[]) => ({
      parents: answers.map(([status, observedGeneration]) => ({
        parentRef: gateway,
        conditions: [{ type: 'Accepted', status, observedGeneration }],
      })),
    });
    expect(told(own(), route({ status: status(['False', 1]) }))).toEqual(silent);
    for (const others of [
      [['False', 0]],
      [['True', 1]],
      [
        ['False', 1],
        ['True', 1],
      ],
    ] as const)
      expect(told(own(), route({ status: status(...others) })).problems).toHaveLength(1);
  });

  it('sends plain HTTP to HTTPS', () => {
    const rules = [{ filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }] }];
    const parents = [{ ...gateway, sectionName: 'http' }];
    expect(told(own(), route({ parents, rules }))).toEqual(silent);
    // Where it takes every request, nothing is left that comes back.
    expect(told(own(), route({ rules })).problems).toHaveLength(1);
  });

  it('and a route without rules or parents has none', () => {
    expect(told(own({ parents: [] }), route({}))).toEqual(silent);
    expect(told(own({ rules: [] }), route({}))).toEqual(silent);
  });
});
