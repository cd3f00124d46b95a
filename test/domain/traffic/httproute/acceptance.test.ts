import { describe, expect, it } from '@jest/globals';
import { acceptanceOf } from '../../../../src/domain/traffic/httproute/acceptance.ts';
import type { Acceptance } from '../../../../src/domain/traffic/router.ts';
import { readRoute } from './fixtures.ts';

const edge = { name: 'edge', namespace: 'infra' };
const condition = (type: string, status: string, observedGeneration: number | undefined = 4, more: object = {}) => ({
  type,
  status,
  observedGeneration,
  ...more,
});
const good = (generation?: number) => [condition('Accepted', 'True', generation), condition('ResolvedRefs', 'True', generation)];
const entry = (parentRef: object, conditions: readonly object[], controllerName = 'example.com/gateway') => ({
  parentRef,
  controllerName,
  conditions,
});

const of = (parentRefs: readonly object[], parents: readonly object[] | undefined): Acceptance => {
  const route = readRoute('one-rule');
  return acceptanceOf({
    ...route,
    spec: { ...(route['spec'] as object), parentRefs },
    ...(parents === undefined ? {} : { status: { parents } }),
  });
};

describe('whether an HTTPRoute at generation 4 is accepted', () => {
  const said = { reason: 'BackendNotFound', message: 'service shop/agent-canary not found.' };
  const table: readonly (readonly [string, readonly object[], readonly object[] | undefined, Acceptance['is'], RegExp?])[] = [
    ['by its parent', [edge], [entry(edge, good())], 'accepted'],
    ['at a later generation than was read', [edge], [entry(edge, good(5))], 'accepted'],
    ['not without a status', [edge], undefined, 'pending', /^Gateway infra\/edge has not answered yet$/],
    ['not with an empty status', [edge], [], 'pending'],
    ['not when the answer is about an earlier generation', [edge], [entry(edge, good(3))], 'pending', /Accepted=True about generation 4/],
    [
      'not when the answer names no generation',
      [edge],
      [
        entry(edge, [
          { type: 'Accepted', status: 'True' },
          { type: 'ResolvedRefs', status: 'True' },
        ]),
      ],
      'pending',
    ],
    [
      'not when one condition is about an earlier generation',
      [edge],
      [entry(edge, [condition('Accepted', 'True'), condition('ResolvedRefs', 'True', 3)])],
      'pending',
      /ResolvedRefs=True/,
    ],
    ['not when ResolvedRefs is missing', [edge], [entry(edge, [condition('Accepted', 'True')])], 'pending', /ResolvedRefs=True/],
    [
      'not while a condition is Unknown',
      [edge],
      [entry(edge, [condition('Accepted', 'Unknown'), condition('ResolvedRefs', 'True')])],
      'pending',
    ],
    [
      'refused',
      [edge],
      [entry(edge, [condition('Accepted', 'True'), condition('ResolvedRefs', 'False', 4, said)])],
      'refused',
      /^Gateway infra\/edge \(example\.com\/gateway\) says ResolvedRefs=False: BackendNotFound: service shop\/agent-canary not found$/,
    ],
    [
      'an old refusal is no answer',
      [edge],
      [entry(edge, [condition('Accepted', 'False', 3), condition('ResolvedRefs', 'True')])],
      'pending',
    ],
    [
      'a part was dropped',
      [edge],
      [entry(edge, [...good(), condition('PartiallyInvalid', 'True', 4, { reason: 'UnsupportedValue' })])],
      'refused',
      /dropped a part of it: UnsupportedValue/,
    ],
    [
      'a part was dropped of an earlier generation',
      [edge],
      [entry(edge, [...good(), condition('PartiallyInvalid', 'True', 3)])],
      'accepted',
    ],
    ['nothing was dropped', [edge], [entry(edge, [...good(), condition('PartiallyInvalid', 'False')])], 'accepted'],
    ['without a parent', [], [entry(edge, good())], 'refused', /names no parent/],
    ['by one of two parents', [edge, { name: 'inner' }], [entry(edge, good())], 'pending', /^Gateway shop\/inner has not/],
    ['by two parents', [edge, { name: 'inner' }], [entry(edge, good()), entry({ name: 'inner', namespace: 'shop' }, good())], 'accepted'],
    [
      'by one section of two',
      [
        { ...edge, sectionName: 'http' },
        { ...edge, sectionName: 'https' },
      ],
      [entry({ ...edge, sectionName: 'http' }, good())],
      'pending',
      /^Gateway infra\/edge, section https has/,
    ],
    ['by another section', [{ ...edge, sectionName: 'https' }], [entry(edge, good())], 'pending'],
    ['by another port', [{ ...edge, port: 443 }], [entry({ ...edge, port: 80 }, good())], 'pending', /port 443/],
    ['by a Gateway of the same name elsewhere', [edge], [entry({ name: 'edge' }, good())], 'pending'],
    [
      'by a parent that is spelled out',
      [edge],
      [entry({ group: 'gateway.networking.k8s.io', kind: 'Gateway', ...edge }, good())],
      'accepted',
    ],
    ['by a Service of the same name', [edge], [entry({ group: '', kind: 'Service', ...edge }, good())], 'pending'],
    ['by both controllers of a parent', [edge], [entry(edge, good(), 'a'), entry(edge, good(), 'b')], 'accepted'],
    ['by one controller of two', [edge], [entry(edge, good(), 'a'), entry(edge, good(3), 'b')], 'pending', /\(b\)/],
    [
      'refused by one controller of two',
      [edge],
      [entry(edge, good(3), 'a'), entry(edge, [condition('Accepted', 'False')], 'b')],
      'refused',
      /\(b\) says Accepted=False: no reason given/,
    ],
    [
      'whatever a parent says that it does not name any more',
      [edge],
      [entry(edge, good()), entry({ name: 'old' }, [condition('Accepted', 'False')])],
      'accepted',
    ],
  ];

  it.each(table)('%s', (_, parentRefs, parents, is, reason = /^/) => {
    const found = of(parentRefs, parents);
    expect(found.is).toBe(is);
    expect(found.is === 'accepted' ? '' : found.reason).toMatch(reason);
  });

  it('bounds what a controller says, and lets it forge no line', () => {
    const message = `bad\n::error::forged\u202e${'x'.repeat(5000)}`;
    const found = of([edge], [entry(edge, [condition('Accepted', 'False', 4, { reason: 'R', message })])]);
    expect(found).toMatchObject({ is: 'refused', reason: expect.stringContaining('R: bad ::error::forged x') });
    expect(JSON.stringify(found).length).toBeLessThan(450);
    expect(JSON.stringify(found)).not.toMatch(/\\n|\u202e/);
  });

  it('takes a route without parentRefs and status for refused', () => {
    expect(acceptanceOf({ apiVersion: 'v1', kind: 'HTTPRoute', metadata: { name: 'agent' } }).is).toBe('refused');
  });
});
