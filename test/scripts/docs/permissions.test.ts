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
