import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { deployInputNames, parseDeployInputs } from '../../../src/flows/deploy/inputs.ts';
import { parseRelease } from '../../../src/flows/deploy/release-file.ts';
import { failureOf, rawInputs } from '../raw-inputs.ts';
import { releaseText } from './fleet-shop.ts';

const release = releaseText({ services: [{ name: 'auth', version: 2 }] });
const problem = (inputs: Readonly<Record<string, string>>): string => failureOf(() => parseDeployInputs(rawInputs(inputs))).what;

describe('inputs that cannot be used', () => {
  it.each<[Readonly<Record<string, string>>, RegExp]>([
    [{ version: 'a b' }, /`version` = `a b` is no tag/],
    [{ images: '[]' }, /`images` .*is not a list of services/],
    [{ 'unchecked-images': 'maybe' }, /`unchecked-images` = `maybe` is not known/],
    [{ 'skip-backup': 'x'.repeat(301) }, /`skip-backup`.*longer than a line/],
    [{ clusters: 'East' }, /`clusters` = `East` has `East`, which is not a DNS label/],
    [{ clusters: 'a a' }, /names `a` twice/],
    [{ clusters: 'all' }, /`clusters` and `environment`: `all` is all clusters of an environment/],
    [{ 'clusters-file': 'x.yml' }, /`clusters-file` and `clusters`: the first is of no use/],
    [{ 'release-file': '/etc/passwd' }, /`release-file` = `\/etc\/passwd` leads out of the workspace/],
    [{ 'release-file': '../release.yml' }, /`release-file` = `\.\.\/release\.yml` leads out of the workspace/],
    [{ clusters: 'one', 'clusters-file': 'a/../../clusters.yml' }, /`clusters-file` = .* leads out of the workspace/],
    [{ release, 'release-file': 'x.yml' }, /`release` and `release-file`: both are given/],
    [{ environment: '-' }, /`environment`/],
    [{ namespace: 'Shop' }, /`namespace` = `Shop` is not a DNS label/],
    [{ clusters: 'a', context: 'b' }, /`context` and `clusters`/],
    [{ kubeconfigs: 'a: b' }, /`kubeconfigs` and `clusters`/],
    [{ clusters: 'a', kubeconfigs: '[]' }, /`kubeconfigs` is no map/],
    [{ clusters: 'a', kubeconfigs: '{ a: 4711 }' }, /`kubeconfigs` has no kubeconfig for `a`/],
    [{ clusters: 'a', 'azure-client-id': '0b1f6471-1bf0-4dda-aec3-cb9272f09590' }, /`azure-client-id` and `azure-tenant-id`: only one/],
    [{ clusters: 'a', 'azure-client-id': 'x' }, /`azure-client-id` = `x` is not an id/],
    [{ 'azure-client-id': 'x' }, /`azure-client-id` and `clusters`: the first is of no use/],
    [{ clusters: 'a', 'wait-for-operation': '3h' }, /`wait-for-operation`/],
    [{ 'on-failure': 'ignore' }, /`on-failure` = `ignore` is not known/],
    [{ 'services-at-once': '0' }, /`services-at-once` = `0`/],
    [{ 'clusters-at-once': 'many' }, /`clusters-at-once` = `many`/],
    [{ soak: '5' }, /`soak` = `5` has no unit/],
    [{ conflicts: 'x' }, /`conflicts`/],
    [{ gitops: 'x' }, /`gitops`/],
    [{ 'rollout-timeout': '0s' }, /`rollout-timeout` = `0s` is no time/],
    [{ 'lock-timeout': 'x' }, /`lock-timeout`/],
    [{ 'lease-duration': '1s' }, /`lease-duration`/],
    [{ 'change-cause': 'a\nb' }, /`change-cause`/],
    [{ 'dry-run': 'yes' }, /`dry-run`/],
    [{ 'notify-webhook': 'x' }, /`notify-webhook`/],
  ])('%j', (inputs, what) => expect(problem(inputs)).toMatch(what));

  it('are listed all at once, and no kubeconfig is ever shown', () => {
    const what = problem({ soak: '5', clusters: 'a', kubeconfigs: '{ a: [hunter-two] }', gitops: 'x' });
    expect(what).toMatch(/^3 inputs cannot be used/);
    expect(what).not.toContain('hunter');
  });
});

it('the least that can be given is nothing', () => {
  expect(deployInputNames).toContain('release-file');
  expect(parseDeployInputs(rawInputs({})).plan).toMatchObject({
    release: { is: 'file', path: '.github/release.yml' },
    clusters: undefined,
    onFailure: 'revert',
    soak: 0,
  });
});

const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../../schemas/release.schema.json'), 'utf8')) as object;
const keepsTo = new Ajv2020({ strict: false }).compile(schema);

describe('a file of a release', () => {
  const service = { name: 'auth', images: { auth: 'shop/auth:v1' } };
  const good = { name: 'platform', backup: { skip: 'why' }, services: [service] };

  it.each([
    ['the least', good],
    [
      'everything',
      {
        ...good,
        namespace: 'shop',
        image: 'reg.example.com/{service}:{version}',
        mirrors: ['west.example.com/mirror'],
        config: ['config'],
        backup: {
          image: 'postgres:16',
          command: ['pg_dumpall'],
          secrets: ['db'],
          'service-account': 'dump',
          timeout: '1h',
          expect: 'n=(\\d+)',
          'at-least': 100,
        },
        services: [
          {
            ...service,
            container: 'api',
            workloads: ['deployment/auth'],
            manifests: ['k8s'],
            needs: [],
            health: '/ready',
            port: 8080,
            smoke: [{ http: '/x' }],
          },
        ],
        'left-alone': ['statefulset/db'],
        smoke: [{ command: ['./smoke.sh', 'prod'], timeout: '1m' }],
        monitoring: { namespace: 'monitoring', workloads: ['deployment/grafana'] },
      },
    ],
    ['a Job', { ...good, backup: { job: 'backup.yaml' } }],
    ['one that answers nothing', { ...good, services: [{ ...service, health: false }] }],
  ])('%s is read, and keeps to the schema', (_, document) => {
    expect(parseRelease(document)).toMatchObject({ ok: true });
    expect([keepsTo(document), keepsTo.errors]).toEqual([true, null]);
  });

  it.each<[string, unknown, RegExp, boolean?]>([
    ['no map', [], /is not one map/],
    ['nothing', undefined, /is not one map/],
    ['no backup', { name: 'p', services: [service] }, /`backup`/],
    ['a backup without a reason', { ...good, backup: { skip: '' } }, /`backup`/],
    ['two backups', { ...good, backup: { skip: 'x', job: 'y' } }, /`backup` is none of/],
    ['a pipe', { ...good, backup: { image: 'x', command: ['sh', '-c', 'a | b'] } }, /without `pipefail`/, true],
    ['no group', { ...good, backup: { job: 'x', expect: 'bytes' } }, /has 0 groups/, true],
    ['no expression', { ...good, backup: { job: 'x', expect: '(' } }, /no regular expression/, true],
    ['no service', { ...good, services: [] }, /`services` names no service/],
    ['an unknown field', { ...good, service: [] }, /has the unknown field `service`/],
    ['an unknown field of a service', { ...good, services: [{ ...service, image: 'x' }] }, /`services.0` has the unknown field `image`/],
    ['a bad name', { ...good, name: 'The Platform' }, /`name` is not a DNS label/],
    ['a bad workload', { ...good, services: [{ ...service, workloads: ['auth'] }] }, /`services.0.workloads.0`/],
    ['a path that is none', { ...good, config: ['/etc'] }, /`config.0` has to be a path/, true],
    ['a health that is none', { ...good, services: [{ ...service, health: 'health' }] }, /`services.0.health`/],
    ['a smoke check of the whole that asks a pod', { ...good, smoke: [{ http: '/' }] }, /only a `command`/],
    ['a mirror that is none', { ...good, mirrors: ['https://x'] }, /`mirrors.0` has to be a registry/, true],
  ])('%s is refused', (_, document, problem, beyondSchema = false) => {
    const read = parseRelease(document);
    expect(read).toMatchObject({ ok: false, problem: expect.stringMatching(problem) });
    if (!beyondSchema) expect(keepsTo(document)).toBe(false);
  });

  it('everything that is wrong is said at once', () => {
    const read = parseRelease({ ...good, name: 'X', services: [{ ...service, needs: ['Y'], port: 0 }] });
    expect(read.ok ? '' : read.problem).toMatch(/`name`.*`services.0.needs.0`.*`services.0.port`/s);
  });
});

it('the YAML of the tests is what people write', () => expect(parseRelease(parse(release)).ok).toBe(true));
