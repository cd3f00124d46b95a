import { describe, expect, it } from '@jest/globals';
import { Deployment, Service } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { survey } from '../../../src/flows/blue-green/survey.ts';
import { forbidden } from '../memory-cluster/failures.ts';
import { denies } from '../rights.ts';
import type { Stage } from '../stand-ins.ts';
import { backWish, pair, run, wish } from './pair.ts';

/** But for the access reviews. */
const readsOf = ({ cluster }: Stage): readonly string[] =>
  cluster.calls.filter(({ write }) => write === undefined).map(({ verb, kind, namespace, name }) => `${verb} ${kind} ${namespace}/${name}`);

const all = [
  'get Lease shop/wf-deploy-agent',
  'get Deployment shop/agent',
  'get Deployment shop/agent-blue',
  'get Deployment shop/agent-green',
  'get Service shop/agent',
  'get Service shop/agent-blue',
  'get Service shop/agent-green',
  'get Ingress shop/agent',
  'list Ingress /',
  'list ResourceQuota shop/',
];

describe('what is read before it is known who has the users', () => {
  it.each([
    ['deployment', wish()],
    ['way back', backWish()],
  ])('of a %s: each thing once', async (_, plan) => {
    const on = pair();
    const found = await survey(on.world, plan);
    expect(readsOf(on)).toEqual(all);
    expect(found).toMatchObject({
      namespace: 'shop',
      lease: undefined,
      one: undefined,
      blue: { metadata: { name: 'agent-blue' } },
      green: { metadata: { name: 'agent-green' } },
      services: { blue: { metadata: { name: 'agent-blue' } }, green: { metadata: { name: 'agent-green' } } },
      route: { kind: 'Ingress', metadata: { name: 'agent' } },
      quotas: [],
      denied: [],
    });
  });

  it('no Service of a colour where one Service is switched, which is the front too', async () => {
    const on = pair();
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'users', namespace: 'shop' }, spec: { selector: {} } };
    on.cluster.put(Service, service);
    const { front, route, services } = await survey(on.world, wish({ switcher: 'service', route: 'users' }));
    const users = ['get Service shop/users', 'get Service shop/users', 'list Service shop/'];
    expect(readsOf(on)).toEqual([...all.slice(0, 4), ...users, 'list ResourceQuota shop/']);
    expect([front?.metadata.name, route, services]).toEqual(['users', front, { blue: undefined, green: undefined }]);
  });

  it('with the Lease as its record says it', async () => {
    const on = pair();
    await run(on);
    expect((await survey(on.world, backWish())).lease?.blueGreen).toMatchObject({ phase: 'resting', from: 'blue', to: 'green' });
  });

  it.each(['true', 'false'])('with the right to delete a Deployment where no old one is kept (`keep-old: %s`)', async (kept) => {
    const { wanted } = await survey(pair().world, wish({ 'keep-old': kept }));
    expect(wanted.some(({ verb, resource }) => verb === 'delete' && resource === 'deployments')).toBe(kept === 'false');
  });

  it('what may not be read is missing, and among the denied permissions', async () => {
    const on = pair();
    denies(on.cluster, 'get deployments', 'list resourcequotas');
    on.cluster.failing = ({ verb, kind }) =>
      ['Deployment', 'ResourceQuota'].includes(kind) && verb !== 'create' ? forbidden() : undefined;
    const { blue, green, one, quotas, route, denied } = await survey(on.world, wish());
    expect([blue, green, one, quotas, route?.kind]).toEqual([undefined, undefined, undefined, undefined, 'Ingress']);
    expect(new Set(denied.map(({ verb, resource }) => `${verb} ${resource}`))).toEqual(new Set(['get deployments', 'list resourcequotas']));
  });
});

it('what was read a moment before is taken as it was, and what was not there then is asked for', async () => {
  const on = pair();
  await run(on);
  const { lease, blue, route } = await survey(on.world, backWish());
  on.cluster.calls.length = 0;
  on.cluster.put(Deployment, { ...(blue as KubernetesObject), spec: { replicas: 7 } });
  const found = await survey(on.world, backWish(), { lease, blue, route, green: undefined });
  const seen = ['get Lease shop/wf-deploy-agent', 'get Deployment shop/agent-blue', 'get Ingress shop/agent'];
  expect(readsOf(on)).toEqual(all.filter((each) => !seen.includes(each)));
  expect([found.lease, found.blue, found.route]).toEqual([lease, blue, route]);
  expect(found.green?.metadata.name).toBe('agent-green');
});
