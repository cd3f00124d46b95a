import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Ingress } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { nginxIngress } from '../../../src/domain/traffic/nginx-ingress.ts';
import { Failure } from '../../../src/failure.ts';
import { app, appOf, inspectFixture, pairNames, readAround, readCanary } from './ingress/fixtures.ts';

const { weight, withWeight } = nginxIngress;
const prefix = 'nginx.ingress.kubernetes.io/';
const annotations = (ingress: KubernetesObject | undefined): Readonly<Record<string, string>> => ingress?.metadata.annotations ?? {};

/** Of each pair: the canary's percentage as it stands, and its weight after one of 25 %. */
const table: Readonly<Record<string, readonly [number, string]>> = {
  'affinity-cookie': [0, '25'],
  'affinity-cookie-with-legacy-canaries': [0, '25'],
  'ai-workflow-ingress-alone': [5, '25'],
  'any-host': [0, '25'],
  'canary-annotation-false': [10, '25'],
  'canary-annotation-missing': [10, '25'],
  'canary-of-another-class': [0, '25'],
  'canary-of-another-host': [0, '25'],
  'canary-of-another-path-type': [0, '25'],
  'canary-path-that-stable-does-not-have': [0, '25'],
  'canary-spelled-1': [10, '25'],
  'canary-that-leads-elsewhere': [0, '25'],
  'canary-that-leads-to-stable': [0, '25'],
  'class-annotation': [0, '25'],
  'class-annotation-missing-on-the-canary': [0, '25'],
  'class-of-another-name': [5, '25'],
  'cookie-only': [5, '25'],
  'default-backend': [0, '25'],
  'header-always': [5, '25'],
  'header-and-cookie': [5, '25'],
  'header-at-weight-0': [0, '25'],
  'header-value-and-pattern': [5, '25'],
  'header-with-pattern': [5, '25'],
  'header-with-value': [5, '25'],
  'limits-and-service-upstream': [0, '25'],
  midway: [25, '25'],
  'no-address': [0, '25'],
  'no-class': [0, '25'],
  'no-header': [0, '25'],
  'one-path': [0, '25'],
  'port-by-name': [0, '25'],
  'second-canary-ingress': [0, '25'],
  'second-canary-ingress-of-another-namespace': [0, '25'],
  'second-ingress-of-another-class': [0, '25'],
  'second-ingress-of-another-namespace-and-host': [0, '25'],
  'second-ingress-of-another-path-type': [0, '25'],
  'second-ingress-on-another-path': [0, '25'],
  'second-ingress-on-the-path': [0, '25'],
  'second-ingress-on-the-path-of-another-namespace': [0, '25'],
  'stable-ingress-is-the-canary': [0, '25'],
  'stable-leads-elsewhere': [0, '25'],
  'tls-on-stable-only': [0, '25'],
  'total-0': [5, '25'],
  'total-10-which-the-controller-ignores': [5, '25'],
  'total-100-spelled-out': [10, '25'],
  'total-1000': [5, '250'],
  'total-10000': [0.01, '2500'],
  'total-150': [10, '38'],
  'total-that-is-no-number': [5, '25'],
  'two-hosts': [0, '25'],
  'two-hosts-one-not-mirrored': [0, '25'],
  'two-paths-and-another-service': [0, '25'],
  'two-paths-one-not-mirrored': [0, '25'],
  'unknown-annotations-and-fields': [7, '25'],
  'weight-100': [100, '25'],
  'weight-above-the-total': [100, '25'],
  'weight-below-0': [0, '25'],
  'weight-empty': [0, '25'],
  'weight-missing': [0, '25'],
  'weight-that-is-no-number': [0, '25'],
  'weight-with-decimals': [0, '25'],
  'weight-with-spaces': [30, '25'],
};

/** The Ingress without its weight. What is left must not change. */
function remainder(ingress: KubernetesObject | undefined): unknown {
  const { [`${prefix}canary-weight`]: _, ...others } = annotations(ingress);
  return { ...ingress, metadata: { ...ingress?.metadata, annotations: others } };
}

describe('the lens on a canary Ingress', () => {
  it('has an expectation for every pair', () => expect(new Set(Object.keys(table))).toEqual(new Set(pairNames)));

  it.each(pairNames)('%s: reads the weight and writes 25 %%', (name) => {
    const [present, at25] = table[name]!;
    expect(weight([readCanary(name)], appOf(name))).toBe(present);
    const [written] = withWeight([readCanary(name)], appOf(name), 25);
    expect(annotations(written)[`${prefix}canary-weight`]).toBe(at25);
  });

  it.each(pairNames)('%s: it splits what its weight says, and nothing where it is no canary', (name) => {
    const isNone = ['canary-annotation-false', 'canary-annotation-missing'].includes(name);
    expect(nginxIngress.ruleShares([readCanary(name)], appOf(name))).toEqual({ shares: isNone ? [] : [table[name]?.[0]], fixed: 0 });
  });

  it.each(pairNames)('%s: header and all else are the same after five changes, going back and promotion', (name) => {
    let found: readonly KubernetesObject[] = [readCanary(name)];
    const before = JSON.stringify(found);
    for (const percent of [5, 25, 50, 100, 30, 0, 100, 50, 0]) {
      found = withWeight(found, appOf(name), percent);
      expect(remainder(found[0])).toEqual(remainder(readCanary(name)));
      const around = [...readAround(name).filter(({ metadata }) => metadata.name !== found[0]?.metadata.name), ...found];
      expect(nginxIngress.inspect(found, appOf(name), [], around).headers).toEqual(inspectFixture(name).headers);
    }
    expect(JSON.stringify([readCanary(name)])).toBe(before);
  });

  it('keeps the place of the weight among the annotations, so that a diff shows one line', () => {
    const [written] = withWeight([readCanary('header-with-value')], app, 50);
    expect(Object.keys(annotations(written))).toEqual(Object.keys(annotations(readCanary('header-with-value'))));
  });

  it('never writes the Ingress of stable', () => {
    const around = readAround('two-paths-and-another-service');
    const written = withWeight(around, app, 50);
    expect(written[0]).toBe(around[0]);
    expect(nginxIngress.objects(app)).toEqual([{ kind: Ingress, namespace: 'shop', name: 'agent-canary' }]);
  });

  it.each([0.5, -1, 101, Number.NaN])('takes %d %% for a defect', (percent) => {
    expect(() => withWeight([readCanary('one-path')], app, percent)).toThrow(Failure);
  });

  it('says that the canary Ingress is not there', () => {
    expect(() => weight([], app)).toThrow('Ingress shop/agent-canary is not there');
    expect(() => nginxIngress.accepted([], app)).toThrow('Ingress shop/agent-canary is not there');
  });

  it('has nobody to ask whether it is accepted', () =>
    expect(nginxIngress.accepted([readCanary('no-address')], app)).toEqual({ is: 'accepted' }));

  it('has to see all Ingresses of the namespace, and looks at those of all others where it may', () => {
    expect(nginxIngress.context(app)).toMatchObject([
      { kind: Ingress, namespace: 'shop', need: 'required' },
      { kind: Ingress, namespace: 'shop', elsewhere: true, need: 'advisory' },
    ]);
  });
});

const text = fc.oneof(
  fc.integer({ min: -10, max: 100_000 }).map(String),
  fc.constantFrom('', 'x', '1.5', ' 7 '),
  fc.string({ maxLength: 5 }),
);
const ingresses = fc
  .record({
    weight: fc.option(text, { nil: undefined }),
    total: fc.option(text, { nil: undefined }),
    header: fc.option(fc.string({ maxLength: 8 }), { nil: undefined }),
    more: fc.dictionary(fc.string({ minLength: 1, maxLength: 12 }), fc.string({ maxLength: 12 }), { maxKeys: 4 }),
    spec: fc.jsonValue(),
  })
  .map(({ weight: its, total, header, more, spec }) => {
    const own = { 'canary-weight': its, 'canary-weight-total': total, 'canary-by-header': header };
    const given = Object.entries(own).flatMap(([name, value]) => (value === undefined ? [] : [[`${prefix}${name}`, value] as const]));
    return {
      ...readCanary('one-path'),
      metadata: { ...readCanary('one-path').metadata, annotations: { ...more, ...Object.fromEntries(given) } },
      spec,
    } as KubernetesObject;
  });
const percents = fc.integer({ min: 0, max: 100 });

describe('the laws of the lens', () => {
  it('put-get: what was written is read, to half a percentage point on a total that does not divide', () => {
    fc.assert(
      fc.property(ingresses, percents, (ingress, percent) => {
        const read = weight(withWeight([ingress], app, percent), app);
        expect(Math.abs(read - percent)).toBeLessThanOrEqual(0.5);
        const total = annotations(ingress)[`${prefix}canary-weight-total`]?.trim() ?? '';
        if (!/^\+?\d+$/.test(total) || Number(total) % 100 === 0) expect(read).toBe(percent);
      }),
    );
  });

  it('put-get at both ends: nothing is nothing and all is all', () => {
    fc.assert(
      fc.property(ingresses, (ingress) => {
        expect(weight(withWeight([ingress], app, 0), app)).toBe(0);
        expect(weight(withWeight([ingress], app, 100), app)).toBe(100);
      }),
    );
  });

  it('put-put: of any sequence of weights only the last is left', () => {
    fc.assert(
      fc.property(ingresses, fc.array(percents, { minLength: 1, maxLength: 8 }), (ingress, sequence) => {
        const all = sequence.reduce<readonly KubernetesObject[]>((found, percent) => withWeight(found, app, percent), [ingress]);
        expect(all).toEqual(withWeight([ingress], app, sequence.at(-1)!));
      }),
    );
  });

  it('get-put: writing what was read changes nothing of what was written before', () => {
    fc.assert(
      fc.property(ingresses, percents, (ingress, percent) => {
        const written = withWeight([ingress], app, percent);
        expect(withWeight(written, app, Math.round(weight(written, app)))).toEqual(written);
      }),
    );
  });

  it('touches nothing but the weight', () => {
    fc.assert(
      fc.property(ingresses, percents, (ingress, percent) => {
        expect(remainder(withWeight([ingress], app, percent)[0])).toEqual(remainder(ingress));
      }),
    );
  });
});

describe("the ports of the canary's Service", () => {
  const ingress = (...ports: readonly object[]): KubernetesObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'agent-canary', namespace: 'shop' },
    spec: { rules: [{ http: { paths: ports.map((port) => ({ path: '/', backend: { service: { name: 'agent-canary', port } } })) } }] },
  });
  const service: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'agent-canary', namespace: 'shop' },
    spec: { ports: [{ port: 80, targetPort: 8080 }] },
  };

  it('are those that its Ingress names, but for one that the controller finds as a target', () => {
    const found = [ingress({ number: 80 }, { name: 'http' }, { number: 8080 }, { number: 80 })];
    expect(nginxIngress.canaryPorts(found, app, [service])).toEqual([80, 'http']);
    expect(nginxIngress.canaryPorts([], app, [service])).toEqual([]);
  });
});
