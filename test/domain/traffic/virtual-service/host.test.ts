import { describe, expect, it } from '@jest/globals';
import { covers, hostsOf, isHalfName, sameHost, serviceOf, sideNames } from '../../../../src/domain/traffic/virtual-service/host.ts';
import { app } from './fixtures.ts';

const all = ['agent', 'agent.shop', 'agent.shop.svc', 'agent.shop.svc.cluster.local', 'Agent.Shop.svc.cluster.local.'];

describe('hosts', () => {
  it.each(all.flatMap((one) => all.map((other) => [one, other] as const)))('%s and %s are the same Service', (one, other) => {
    expect(sameHost(one, other, 'shop')).toBe(true);
  });

  it.each([
    ['agent', 'agent-canary'],
    ['agent', 'agent.lab'],
    ['agent.lab', 'agent.shop.svc.cluster.local'],
    ['agent', 'agent.example.com'],
    ['agent.example.com', 'agent.example.org'],
    ['agent', '*.shop.svc.cluster.local'],
  ])('%s and %s are not', (one, other) => expect(sameHost(one, other, 'shop')).toBe(false));

  it('from outside are the same when they are written alike', () =>
    expect(sameHost('api.example.com', 'API.example.com.', 'shop')).toBe(true));

  it('name a Service, or none', () => {
    expect(serviceOf('agent', 'shop')).toEqual({ name: 'agent', namespace: 'shop' });
    expect(serviceOf('agent.lab.svc.k8s.example', 'shop')).toEqual({ name: 'agent', namespace: 'lab' });
    expect(serviceOf('api.example.com', 'shop')).toBeUndefined();
    expect(serviceOf('*', 'shop')).toBeUndefined();
  });

  it.each([
    ['agent', false],
    ['agent.shop', true],
    ['agent.shop.svc', true],
    ['agent.shop.svc.cluster.local', false],
    ['api.example.com', false],
  ])('%s is half a name: %s', (host, half) => expect(isHalfName(host)).toBe(half));

  it.each([
    ['agent', 'agent.shop.svc.cluster.local', true],
    ['agent.shop', 'agent', false],
    ['agent.shop.svc', 'agent', false],
    ['*.shop.svc.cluster.local', 'agent', true],
    ['*.web.svc.cluster.local', 'agent', false],
    ['*', 'agent', true],
    ['*.example.com', 'api.example.com', true],
    ['*.example.com', 'example.com', false],
    ['example.com', 'example.com', true],
  ])('%s is for %s: %s', (host, asked, is) => expect(covers(host, asked, 'shop')).toBe(is));

  it('of both sides are the Services, what is given, or one with two subsets', () => {
    expect(hostsOf(app)).toEqual({ stable: 'agent', canary: 'agent-canary' });
    expect(hostsOf({ ...app, stableService: 'agents' })).toEqual({ stable: 'agents', canary: 'agent-canary' });
    expect(hostsOf({ ...app, hosts: { stable: 'a', canary: 'b' } })).toEqual({ stable: 'a', canary: 'b' });
    const subsets = { ...app, subsets: { stable: 'v1', canary: 'v2' } };
    expect(hostsOf(subsets)).toEqual({ stable: 'agent', canary: 'agent' });
    expect(sideNames(subsets)).toEqual({ stable: 'agent/v1', canary: 'agent/v2' });
  });
});
