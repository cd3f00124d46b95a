import { expect, it } from '@jest/globals';
import { grants } from '../../../src/domain/fleet/rules.ts';

const wanted = { verb: 'get', group: 'apps', resource: 'deployments', subresource: '', name: 'agent' };
const rule = { verbs: ['get'], apiGroups: ['apps'], resources: ['deployments'] };

it.each([
  [rule, wanted, true],
  [{ ...rule, resourceNames: ['agent'] }, wanted, true],
  [{ ...rule, resourceNames: ['other'] }, wanted, false],
  [{ ...rule, resourceNames: ['agent'] }, { ...wanted, name: '' }, false],
  [{ ...rule, verbs: ['*'] }, wanted, true],
  [{ ...rule, apiGroups: [''] }, wanted, false],
  [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, { ...wanted, subresource: 'log' }, true],
  [rule, { ...wanted, subresource: 'scale' }, false],
  [{ ...rule, resources: ['deployments/scale'] }, { ...wanted, subresource: 'scale' }, true],
  [{ ...rule, resources: ['deployments/scale'] }, wanted, false],
  [{ ...rule, resources: ['*/scale'] }, { ...wanted, subresource: 'scale' }, true],
  [{}, wanted, false],
])('%j and %j: %s', (each, access, granted) => expect(grants(each, access)).toBe(granted));
