import { describe, expect, it } from '@jest/globals';
import type { Permission } from '../../src/domain/rollout/permissions.ts';
import { mayRead, permissionFindings, type Rights, rightsOf } from '../../src/flows/permissions.ts';
import { forbidden } from './memory-cluster/failures.ts';
import { asking, denies, lackingIn, printedRoles } from './rights.ts';
import { stage } from './stand-ins.ts';

const right = (verb: string, resource: string, need: Permission['need'] = 'required'): Permission => ({
  namespace: 'shop',
  group: '',
  resource,
  verb,
  need,
  why: `to ${verb} them`,
});
const wanted = [right('list', 'pods'), right('get', 'services'), right('get', 'services'), right('list', 'events', 'advisory')];
const place = { name: 'wf-deploy-agent-stage', namespace: 'shop' };
const printed = (yaml = '') => printedRoles(yaml.replace(/^/gm, '      '));

async function asked(...refused: readonly string[]): Promise<{ readonly rights: Rights; readonly calls: readonly string[] }> {
  const { world, cluster, clock } = stage({});
  denies(cluster, ...refused);
  const rights = await clock.until(rightsOf(world, wanted));
  return { rights, calls: cluster.calls.map(({ kind }) => kind) };
}

describe('the rights of a run', () => {
  it('are asked one by one, and who it is only where one is missing', async () => {
    const { rights, calls } = await asked();
    expect(rights).toEqual({ wanted, denied: [], subject: undefined });
    expect(new Set(calls)).toEqual(new Set(['SelfSubjectAccessReview']));
    expect(permissionFindings(rights, place)).toEqual({ problems: [], warnings: [] });
  });

  it('that it cannot do without are a problem that says what else is missing', async () => {
    const { rights } = await asked('get services', 'list events');
    const [problem] = permissionFindings(rights, place).problems;
    expect(problem).toMatchObject({
      what: 'Permissions are missing: get services (to get them). Not required, and denied as well: list events (to list them).',
      remedy: 'Let an administrator grant them to the account of the kubeconfig. What is granted already stays:',
    });
    const roles = printed(problem?.yaml);
    expect(lackingIn(roles, wanted)).toEqual([]);
    expect(roles).toMatchObject([{ metadata: place }, { metadata: place, subjects: [asking] }]);
  });

  it('that it can do without are a warning with the same Role', async () => {
    const { rights } = await asked('list events');
    const { problems, warnings } = permissionFindings(rights, place);
    expect(problems).toEqual([]);
    expect(warnings).toMatchObject([
      {
        what: 'Not checked for lack of permission: list events (to list them).',
        remedy: 'Grant these to the account of the kubeconfig, to have that checked as well:',
      },
    ]);
    expect(lackingIn(printed(warnings[0]?.yaml), wanted)).toEqual([]);
  });

  it('are bound to a name to be filled in where the API server does not say who asks', async () => {
    const { world, cluster, clock } = stage({});
    denies(cluster, 'list pods');
    cluster.failing = ({ kind }) => (kind === 'SelfSubjectReview' ? forbidden() : undefined);
    const [problem] = permissionFindings(await clock.until(rightsOf(world, wanted)), place).problems;
    expect(problem?.remedy).toContain('(the API server does not say which: put its name for `wf-deploy`)');
    expect(printed(problem?.yaml)).toMatchObject([{}, { subjects: [{ kind: 'ServiceAccount', name: 'wf-deploy', namespace: 'shop' }] }]);
  });
});

describe('what may be read', () => {
  const denied = [right('list', 'pods'), { ...right('get', 'pods'), subresource: 'log' }, right('get', 'services', 'advisory')];
  it.each([
    ['pods', ['get'], true],
    ['pods', ['list'], false],
    ['pods', ['get', 'list'], false],
    ['services', ['get'], false],
    ['services', ['list'], true],
    ['secrets', ['get', 'list'], true],
  ] as const)('%s by %j: %j', (resource, verbs, may) => expect(mayRead(denied, resource, ...verbs)).toBe(may));
});
