import { expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { permissionPage } from '../../../scripts/docs/permissions.ts';

const page = permissionPage();

it('shows a Role for every namespace that is touched', () => {
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  const objects = parseAllDocuments(yaml).map((document) => document.toJS() as { kind: string; metadata: { namespace: string } });
  expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}`)).toEqual([
    'Role shop',
    'RoleBinding shop',
    'Role monitoring',
    'RoleBinding monitoring',
  ]);
});

it('says of each permission what it is for, and whether a run can do without', () => {
  expect(page).toContain(
    '| `httproutes.gateway.networking.k8s.io` `agent` | get, watch, update, patch | required | read and write the traffic split, and see it accepted |',
  );
  expect(page).toMatch(/\| `pods\/log` \| get \| advisory \|/);
});

it('says what the guardian needs, and what making its account needs beyond that', () => {
  const [, posting = '', account = ''] = /## For the guardian\n(.*)### To make its account\n(.*)$/s.exec(page) ?? [];
  expect(posting).toContain(
    '| `jobs.batch` `wf-deploy-guardian-agent` | get, patch, delete | required | wake the guardian, and dismiss it |',
  );
  expect(posting).toMatch(/\| `networkpolicies.networking.k8s.io` \| list \| advisory \|/);
  expect(posting).not.toContain('serviceaccounts');
  expect(account).toContain('| `roles.rbac.authorization.k8s.io` `wf-deploy-guardian-agent` | patch |');
  expect(account).toContain('name: wf-deploy-agent-guardian-account');
});

it('calls no two Roles of one service alike but those of which one or the other is wanted', () => {
  const named = page.split(/^##+ /m).flatMap((section) => {
    const [title = ''] = section.split('\n');
    const [, name] = /kind: Role\nmetadata:\n {2}name: (\S+)/.exec(section) ?? [];
    return name === undefined ? [] : [{ title: title.replace(/^(With `(?:router|switcher)): .*`$/, '$1'), name }];
  });
  const titles = Map.groupBy(named, ({ name }) => name);
  const alike = [...titles]
    .map(([name, each]) => [name, [...new Set(each.map(({ title }) => title))]] as const)
    .filter(([, each]) => each.length > 1);
  expect(alike).toEqual([['wf-deploy-agent-autoscaler', ["Where an autoscaler sets stable's size", 'By KEDA']]]);
  expect([...titles.keys()]).toEqual(
    expect.arrayContaining(['wf-deploy-agent', 'wf-deploy-agent-stage', 'wf-deploy-agent-blue-green', 'wf-deploy-platform-release']),
  );
});
