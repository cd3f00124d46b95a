import { describe, expect, it } from '@jest/globals';
import { assignImages, type ImageEntry, parseImageEntries } from '../../../src/domain/rolling/image-entries.ts';
import { ref, template, workload } from './objects.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const parsedEntries = (value: unknown): readonly ImageEntry[] => {
  const entries = parseImageEntries(value);
  if (!entries.ok) throw new Error(entries.problem);
  return entries.value;
};

describe('entries', () => {
  it('name a container, alone or of one workload; a registry with a port is no obstacle', () =>
    expect(parsedEntries({ api: `127.0.0.1:5000/shop/agent@${digest}`, 'deployment/agent/proxy': 'proxy:1' })).toEqual([
      { container: 'api', workload: undefined, image: { name: '127.0.0.1:5000/shop/agent', digest } },
      { container: 'proxy', workload: ref('deployment'), image: { name: 'proxy', tag: '1' } },
    ]));

  it.each<readonly [unknown, RegExp]>([
    [undefined, /not a list of containers/],
    [['api'], /not a list of containers/],
    [{}, /not a list of containers/],
    ['agent:v2', /not a list of containers/],
    [{ api: '' }, /which is not an image/],
    [{ api: 'agent' }, /neither a tag nor a digest/],
    [{ api: 7 }, /has for `api` no image/],
    [{ Api: 'agent:1' }, /a container name that is not a DNS label/],
    [{ 'agent/api': 'agent:1' }, /neither a container nor kind\/name\/container/],
    [{ 'job/agent/api': 'agent:1' }, /kind `job`/],
  ])('%j is refused', (value, problem) =>
    expect(parseImageEntries(value)).toMatchObject({ ok: false, problem: expect.stringMatching(problem) }),
  );
});

describe('which container gets which image', () => {
  const targets = [
    { ref: ref('deployment'), object: workload('deployment', { template: template({ api: 'a:1', proxy: 'p:1' }) }) },
    { ref: ref('cronjob', 'agent-clean'), object: workload('cronjob') },
  ];
  const assigned = (value: unknown) => assignImages(parsedEntries(value), targets);

  it('each entry is for one', () => {
    const { assignments, problems } = assigned({ proxy: 'p:2', 'cronjob/agent-clean/api': 'a:2' });
    expect(problems).toEqual([]);
    expect(assignments.map(({ ref: { name }, container }) => `${name}/${container}`)).toEqual(['agent/proxy', 'agent-clean/api']);
  });

  it('one that matches nothing is a problem that names what there is', () => {
    const { problems } = assigned({ worker: 'w:1' });
    expect(problems[0]?.what).toBe(
      '`images` names `worker`, and no container is called so: Deployment agent has `api`, `proxy`; CronJob agent-clean has `api`.',
    );
  });

  it('one of a workload that is not rolled out here matches nothing', () =>
    expect(assigned({ 'deployment/other/api': 'a:2' }).problems[0]?.what).toContain('`deployment/other/api`, and no container'));

  it('one that matches twice is a problem that says what to write instead', () => {
    const { assignments, problems } = assigned({ api: 'a:2' });
    expect(assignments).toEqual([]);
    expect(problems).toEqual([
      {
        what: '`images` names `api`, and 2 containers are called so: in Deployment agent, CronJob agent-clean.',
        remedy: 'Write one entry for each: `deployment/agent/api`, `cronjob/agent-clean/api`.',
      },
    ]);
  });

  it('two for one container are a problem', () =>
    expect(assigned({ proxy: 'p:2', 'deployment/agent/proxy': 'p:3' }).problems[0]?.what).toBe(
      '`images` has two entries for container `proxy` of Deployment agent.',
    ));

  it('an init container is a container', () => {
    const object = workload('deployment', { template: { spec: { initContainers: [{ name: 'setup', image: 's:1' }], containers: [] } } });
    expect(assignImages(parsedEntries({ setup: 's:2' }), [{ ref: ref('deployment'), object }]).problems).toEqual([]);
  });
});
