import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildxImages } from '../../../src/adapters/images/buildx.ts';
import type { BuildOrder } from '../../../src/domain/build/build-order.ts';
import { parseBuildInputs } from '../../../src/flows/build/inputs.ts';
import type { RunResult } from '../../../src/ports/process.ts';
import { rawInputs } from '../../flows/raw-inputs.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wf-deploy-buildx-'));
  for (const name of ['bin', 'docker', 'temporary']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Its `docker` answers like this, and its builds end like that. */
function images(docker: string, ended: RunResult = { exitCode: 0, tail: '' }) {
  const program = join(folder, 'bin/docker');
  writeFileSync(program, `#!/bin/sh\n${docker}\n`);
  chmodSync(program, 0o700);
  return buildxImages({
    process: { run: () => Promise.resolve(ended) },
    environment: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` },
    cacheAccess: {},
    dockerFolder: join(folder, 'docker'),
    temporary: join(folder, 'temporary'),
    credentials: { username: 'me', password: 'hunter-two' },
  });
}

const order = (inputs: Readonly<Record<string, string>> = {}): Omit<BuildOrder, 'metadataFile'> => {
  const { plan } = parseBuildInputs(rawInputs({ image: 'registry.example.com/agent', ...inputs }));
  return { inputs: plan.inputs, name: plan.name, tags: [], labels: {}, cache: 'none', push: true, leavesLayers: false, builder: undefined };
};
const build = (docker: ReturnType<typeof images>, inputs?: Readonly<Record<string, string>>) =>
  docker.build(order(inputs), { timeoutSeconds: 60, sourceDate: undefined, signal: new AbortController().signal });

describe('a login that is refused', () => {
  it('is said without the password, and leaves no credentials', async () => {
    await expect(images('read password; echo "denied: $password" >&2; exit 1').signIn('registry.example.com')).rejects.toMatchObject({
      code: 'REGISTRY_LOGIN_FAILED',
      what: expect.not.stringContaining('hunter-two'),
    });
    expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
  });
});

describe('a build', () => {
  it.each([
    ['fails', { exitCode: 1, tail: 'ERROR: no such file, hunter-two' }, /ended with exit code 1.*no such file/],
    ['takes too long', { exitCode: undefined, tail: 'step 4' }, /was not done after 60 s.*step 4/],
  ])('that %s says so, with its last words and no secret', async (_, ended, what) => {
    const failure = await build(images('exit 0', ended)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'BUILD_FAILED', what: expect.stringMatching(what) });
    expect(failure).toMatchObject({ what: expect.not.stringContaining('hunter-two') });
    expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
  });

  it.each([
    ['a variable that is not set', 'id=token,env=NPM_TOKEN', /NPM_TOKEN is not set or empty/],
    ['a file that is not there', 'id=token,src=nowhere/token', /there is no file nowhere\/token/],
  ])('with a secret in %s is not begun', async (_, secrets, what) =>
    expect(build(images('exit 0'), { secrets })).rejects.toMatchObject({
      code: 'BUILD_SECRET_MISSING',
      what: expect.stringMatching(what),
    }),
  );
});

it('tags that cannot be given are a failed build', async () =>
  expect(
    images('echo "denied" >&2; exit 1').tag('registry.example.com/agent@sha256:1', ['registry.example.com/agent:v1']),
  ).rejects.toMatchObject({
    code: 'BUILD_FAILED',
    what: expect.stringMatching(/could not be given to .*denied/),
  }));
