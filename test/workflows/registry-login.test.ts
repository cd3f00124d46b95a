// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of GitHub, as they stand in the file.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
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

it('every job that asks the registry signs in by the same step', () => {
  expect(logins.map(({ job }) => job)).toEqual(['evidence', 'stage', 'canary', 'promote']);
  expect(new Set(logins.map(({ step }) => step.run)).size).toBe(1);
});
