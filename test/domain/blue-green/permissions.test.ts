import { expect, it } from '@jest/globals';
import { blueGreenPermissions } from '../../../src/domain/blue-green/permissions.ts';
import { switchers } from '../../../src/domain/traffic/switchers/index.ts';
import type { Switcher } from '../../../src/domain/traffic/switchers/switcher.ts';

const words = (name: string, more: object = {}): readonly string[] =>
  blueGreenPermissions({
    service: 'agent',
    namespace: 'shop',
    route: 'agent',
    removes: false,
    asks: true,
    switcher: switchers[name] as Switcher,
    ...more,
  })
    .filter(({ need }) => need === 'required')
    .map(({ verb, resource, subresource, name: of }) =>
      [verb, [resource, subresource].filter((part) => part !== undefined).join('/'), of].filter((part) => part !== undefined).join(' '),
    );
const writing = (all: readonly string[]): readonly string[] =>
  all.filter((word) => !/^(?:get|list|watch) (?!pods)/.test(word) && !/^(?:list|watch) pods/.test(word));

it('writes one route, two Deployments and the Lease, all by name', () => {
  expect(writing(words('ingress'))).toEqual([
    'update ingresses agent',
    'patch deployments agent-blue',
    'patch deployments agent-green',
    'get pods/portforward',
    'create pods/portforward',
    'update leases wf-deploy-agent',
    'patch leases wf-deploy-agent',
    'create leases',
  ]);
});

it('deletes only where that is wished, and asks pods only where something is asked', () => {
  expect(words('ingress').some((word) => word.startsWith('delete'))).toBe(false);
  expect(words('ingress', { removes: true })).toEqual(
    expect.arrayContaining(['delete deployments agent-blue', 'delete deployments agent-green']),
  );
  expect(words('ingress', { asks: false })).not.toContain('create pods/portforward');
});

it('of a way back demands what is written, and what that waits for', () => {
  expect(words('ingress', { asks: false, back: true })).toEqual([
    'get ingresses agent',
    'update ingresses agent',
    'get deployments',
    'list deployments',
    'watch deployments',
    'patch deployments agent-blue',
    'patch deployments agent-green',
    'get leases wf-deploy-agent',
    'update leases wf-deploy-agent',
    'patch leases wf-deploy-agent',
  ]);
});

it('reads the Services of the colours where the route names them', () => {
  expect(words('istio')).toEqual(
    expect.arrayContaining(['update virtualservices agent', 'get services agent-blue', 'get services agent-green']),
  );
  expect(words('service')).toEqual(expect.arrayContaining(['update services agent', 'list services']));
  expect(words('service')).not.toContain('get services agent-blue');
});
