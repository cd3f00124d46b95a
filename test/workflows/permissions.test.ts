import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { readWorkflow, root, workflowNames, workflowText } from './workflow-files.ts';

/** `workflow | job | permission | why` */
type Row = readonly [workflow: string, job: string, permission: string, why: string];

const written: readonly Row[] = readFileSync(join(root, 'docs/workflows.md'), 'utf8')
  .split('\n')
  .flatMap((line): Row[] => {
    const [, workflow, job, permission, why] =
      /^\| `([\w-]+\.yml)` \| `([\w-]+)` \| (?:`([a-z-]+: [a-z]+)`|none) \| (.+) \|$/.exec(line) ?? [];
    return workflow === undefined || job === undefined || why === undefined ? [] : [[workflow, job, permission ?? 'none', why]];
  });

/** What a file says, with the comment behind each permission, which is its reason. */
function said(name: string): readonly Row[] {
  const lines = new LineCounter();
  const text = workflowText(name);
  const document = parseDocument(text, { lineCounter: lines });
  const jobs = document.get('jobs');
  if (!isMap(jobs)) throw new Error(`${name} has no jobs`);
  return jobs.items.flatMap(({ key }): Row[] => {
    const job = String(isScalar(key) ? key.value : key);
    const permissions = document.getIn(['jobs', job, 'permissions'], true);
    if (!isMap(permissions)) return [[name, job, 'the repository’s default', 'because nothing is said']];
    const reasonAt = (offset: number): string =>
      / # (.+)$/.exec(text.split('\n')[lines.linePos(offset).line - 1] ?? '')?.[1] ?? 'no reason is given';
    if (permissions.items.length === 0) return [[name, job, 'none', reasonAt(permissions.range?.[0] ?? 0)]];
    return permissions.items.map(({ key: scope, value }) => {
      if (!isScalar(scope) || !isScalar(value)) throw new Error(`${name}, ${job}: permissions are not written one a line`);
      return [name, job, `${String(scope.value)}: ${String(value.value)}`, reasonAt(scope.range?.[0] ?? 0)] as const;
    });
  });
}

it('the table has rows', () => expect(written.length).toBeGreaterThan(20));

describe.each(workflowNames)('.github/workflows/%s', (name) => {
  it('gives its jobs what docs/workflows.md says, and why', () =>
    expect(said(name)).toEqual(written.filter(([workflow]) => workflow === name)));

  it('gives nothing on top', () => expect(readWorkflow(name).permissions).toEqual({}));
});

it('the table is about files that are there', () => {
  expect([...new Set(written.map(([workflow]) => workflow))].toSorted()).toEqual(workflowNames);
});

it('what a caller has to give is the sum of the jobs, in words too', () => {
  const ranks = ['none', 'read', 'write'];
  const sum = new Map<string, string>();
  for (const [, , permission] of written.filter(([workflow]) => workflow === 'service-pipeline.yml')) {
    const [scope = '', level = 'none'] = permission.split(': ');
    if (scope !== 'none' && ranks.indexOf(level) > ranks.indexOf(sum.get(scope) ?? 'none')) sum.set(scope, level);
  }
  const told = /caller of `service-pipeline\.yml` gives (.+?);/s.exec(readFileSync(join(root, 'docs/workflows.md'), 'utf8'))?.[1] ?? '';
  expect([...told.matchAll(/`([a-z-]+): ([a-z]+)`/g)].map(([, scope, level]) => [scope, level]).toSorted()).toEqual([...sum].toSorted());
});
