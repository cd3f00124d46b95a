// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of GitHub, as they stand in the file.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readActions } from '../../scripts/action-metadata.ts';
import { parseDockerConfig } from '../../src/adapters/registry/docker-config.ts';
import { locationOf } from '../../src/adapters/registry/location.ts';
import { parseImage } from '../../src/domain/units/image.ts';
import { run } from '../lab/command.ts';
import { readWorkflow, root, workflowNames } from './workflow-files.ts';

const { jobs } = readWorkflow('service-pipeline.yml');
const steps = Object.entries(jobs).flatMap(([job, { steps: all }]) => all.map((step) => ({ job, step })));
const logins = steps.filter(({ step }) => step.name === 'registry');
const digest = `sha256:${'a'.repeat(64)}`;
const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-registry-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the step as GitHub does, and reads what it wrote with the code that reads it in a run. */
async function signIn(image: string, secrets: { readonly password: string; readonly token: string }) {
  const docker = join(mkdtempSync(join(folder, 'run-')), 'docker');
  const environment = {
    PATH: process.env['PATH'] ?? '',
    DOCKER_CONFIG: docker,
    IMAGE: image,
    USERNAME: 'octo',
    PASSWORD: secrets.password,
    TOKEN: secrets.token,
  };
  const { code, stdout, stderr } = await run(['bash', '-e', '-c', logins[0]?.step.run ?? 'exit 9'], { directory: folder, environment });
  const file = join(docker, 'config.json');
  const text = readFileSync(file, 'utf8');
  const reference = parseImage(image);
  if (!reference.ok) throw new Error(reference.problem);
  const host = locationOf(reference.value)?.host ?? '';
  return { code, stderr, stdout, text, mode: statSync(file).mode & 0o777, found: parseDockerConfig(text)(host) };
}

describe('the token of the run', () => {
  const ghcr = "startsWith(inputs.image, 'ghcr.io/')";

  it('is given to a registry by these expressions alone, which ask for GitHub’s own', () => {
    const given = workflowNames
      .flatMap((name) => Object.values(readWorkflow(name).jobs).flatMap((job) => job.steps))
      .flatMap((step) => Object.entries({ ...step.env, ...step.with }))
      .filter(([key, value]) => /github\.token|GITHUB_TOKEN/.test(String(value)) && key !== 'github-token')
      .map(([key, value]) => `${key}: ${String(value)}`);
    expect([...new Set(given)].toSorted()).toEqual([
      "TOKEN: ${{ inputs.registry == 'ghcr.io' && github.token || '' }}",
      "TOKEN: ${{ startsWith(needs.build.outputs.image, 'ghcr.io/') && github.token || '' }}",
      `registry-password: \${{ secrets.REGISTRY_PASSWORD || (inputs.image == '' || ${ghcr}) && github.token || '' }}`,
    ]);
  });

  it('has a user name only where there is a password', () => {
    const build = steps.find(({ step }) => step.uses === '$/actions/build')?.step.with ?? {};
    expect(build['registry-username']).toBe(
      `\${{ (secrets.REGISTRY_PASSWORD != '' || inputs.image == '' || ${ghcr}) && (inputs.registry-username || github.actor) || '' }}`,
    );
  });

  it('is no action’s default', () => {
    for (const { name, inputs } of readActions(root))
      for (const input of inputs)
        expect([name, input.name, input.default ?? '']).toEqual([name, input.name, expect.not.stringContaining('token')]);
    expect(readFileSync(join(root, 'actions/check/action.yml'), 'utf8')).not.toContain('github.token');
  });

  it.each(['registry.example.com', 'ghcr.io.example.com', 'ghcr.io:8443', 'docker.io', 'localhost'])(
    'does not go to %s, even when the step is handed one',
    async (host) => {
      const { code, stdout, text, found } = await signIn(`${host}/octo/app@${digest}`, { password: '', token: 'run-token' });
      expect([code, text.trim(), found]).toEqual([0, '{}', undefined]);
      expect(stdout).toContain(`${host} is asked without a login`);
    },
  );

  it('goes to ghcr.io', async () =>
    expect((await signIn(`ghcr.io/octo/app@${digest}`, { password: '', token: 'run-token' })).found).toEqual({
      user: 'octo',
      password: 'run-token',
    }));
});

describe('the password', () => {
  it.each([
    'org/app',
    'app',
    'docker.io/org/app',
    'index.docker.io/org/app',
    'localhost/app',
    'localhost:5000/app',
    'registry.example.com/a/b/app',
    'registry:5000/app',
    'ghcr.io/octo/app',
  ])('is filed where the registry of %s is looked for', async (name) => {
    const { code, stderr, mode, found } = await signIn(`${name}@${digest}`, { password: 'se"cr\\et', token: 'run-token' });
    expect([code, stderr, mode]).toEqual([0, '', 0o600]);
    expect(found).toEqual({ user: 'octo', password: 'se"cr\\et' });
  });
});

describe('a release', () => {
  const [, signing, deploy] = readWorkflow('deploy.yml').jobs['deploy']?.steps ?? [];
  const given = { HOST: '', USERNAME: 'octo', PASSWORD: '', CONFIG: '', TOKEN: '' };
  const sign = async (env: Partial<typeof given> & { readonly DOCKER_CONFIG?: string }) => {
    const directory = mkdtempSync(join(folder, 'release-'));
    const output = join(directory, 'output');
    writeFileSync(output, '');
    const environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: '/home/octo',
      GITHUB_OUTPUT: output,
      FOLDER: join(directory, 'docker'),
      ...given,
      ...env,
    };
    const { code, stdout } = await run(['bash', '-e', '-c', signing?.run ?? 'exit 9'], { directory, environment });
    const [, place = ''] = /^folder=(.*)\n$/.exec(readFileSync(output, 'utf8')) ?? [];
    const file = join(place, 'config.json');
    return {
      code,
      stdout,
      place,
      text: existsSync(file) ? readFileSync(file, 'utf8') : undefined,
      mode: () => statSync(file).mode & 0o777,
    };
  };

  it('signs in before it looks for its images, with what its caller gives', () => {
    expect(signing).toMatchObject({
      id: 'registry',
      env: {
        ...{ FOLDER: '${{ runner.temp }}/docker', HOST: '${{ inputs.registry }}' },
        ...{ USERNAME: '${{ inputs.registry-username || github.actor }}' },
        ...{ PASSWORD: '${{ secrets.REGISTRY_PASSWORD }}', CONFIG: '${{ secrets.REGISTRY_CONFIG }}' },
      },
    });
    expect(deploy).toMatchObject({ uses: '$/actions/deploy', env: { DOCKER_CONFIG: '${{ steps.registry.outputs.folder }}' } });
    expect(deploy?.with).toMatchObject({ 'unchecked-images': '${{ inputs.unchecked-images }}' });
  });

  it.each([
    ['ghcr.io', { TOKEN: 'run-token' }, 'run-token'],
    ['ghcr.io', { TOKEN: 'run-token', PASSWORD: 'own' }, 'own'],
    ['registry.example.com:5000', { PASSWORD: 's"cr\\et' }, 's"cr\\et'],
    ['docker.io', { PASSWORD: 'p' }, 'p'],
  ])('signs in to %s with %j', async (host, env, password) => {
    const { code, text = '', mode } = await sign({ HOST: host, ...env });
    expect([code, mode(), parseDockerConfig(text)(host)]).toEqual([0, 0o600, { user: 'octo', password }]);
  });

  it('signs in to several registries by a whole docker config, which goes before a password', async () => {
    const auth = Buffer.from('me:pw').toString('base64');
    const config = JSON.stringify({ auths: { 'one.example.com': { auth }, 'two.example.com': { auth } } });
    const { code, text, mode } = await sign({ CONFIG: config, HOST: 'ghcr.io', PASSWORD: 'x' });
    expect([code, text, mode()]).toEqual([0, config, 0o600]);
  });

  it('leaves the login of the runner alone where nothing is given', async () => {
    expect(await sign({})).toMatchObject({ code: 0, place: '/home/octo/.docker', stdout: expect.stringContaining("runner's own login") });
    expect(await sign({ DOCKER_CONFIG: '/etc/docker-of-the-runner' })).toMatchObject({ code: 0, place: '/etc/docker-of-the-runner' });
  });

  it.each([
    ['a password of nobody knows which host', { PASSWORD: 'p' }, '`registry` does not say of which host'],
    ['a host without a password', { HOST: 'registry.example.com', TOKEN: 'run-token' }, 'REGISTRY_PASSWORD is not given'],
    ['a host that is none', { HOST: 'x"},"y', PASSWORD: 'p' }, '`registry` is no host'],
    ['the name of an image', { HOST: 'ghcr.io/org/app', PASSWORD: 'p' }, '`registry` is no host'],
  ])('stops at %s with one error, and writes nothing', async (_, env, said) =>
    expect(await sign(env)).toMatchObject({ code: 1, place: '', stdout: expect.stringMatching(new RegExp(`^::error::.*${said}.*\n$`)) }),
  );
});

it('every job that asks the registry signs in by the same step', () => {
  expect(logins.map(({ job }) => job)).toEqual(['evidence', 'stage', 'canary', 'promote']);
  expect(new Set(logins.map(({ step }) => step.run)).size).toBe(1);
});
