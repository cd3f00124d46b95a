import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type ActionResult, runAction } from '../../actions/runner.ts';
import { until } from '../../lab/await.ts';
import { buildGo } from '../../lab/go.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { builtTools } from '../../lab/tools.ts';

jest.setTimeout(480_000);
const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-build-'));
const docker = join(folder, 'docker');
const workspace = join(folder, 'workspace');
const repository = 'example/agent';
let lab: Lab;
let image = '';

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-C', workspace, '-c', 'user.name=n', '-c', 'user.email=n@example.com', ...args], { encoding: 'utf8' }).trim();
const write = (path: string, content: string): void => writeFileSync(join(workspace, path), content);
const commit = (message: string): string => {
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', message);
  return git('rev-parse', 'HEAD');
};

beforeAll(async () => {
  lab = await startLab({ name: 'build', buildkit: true });
  image = `${lab.registry}/${repository}`;
  mkdirSync(join(docker, 'cli-plugins'), { recursive: true });
  symlinkSync(builtTools()['buildx'] ?? '', join(docker, 'cli-plugins', 'docker-buildx'));
  const environment = { ...process.env, DOCKER_CONFIG: docker };
  execFileSync('docker', ['buildx', 'create', '--name', 'lab', '--driver', 'remote', '--use', lab.buildkit], { env: environment });
  mkdirSync(workspace, { recursive: true });
  git('init', '--quiet', '--initial-branch', 'main');
  write('hello.txt', 'hello\n');
  write('Dockerfile', 'FROM scratch\nARG VERSION=none\nLABEL version=$VERSION\nCOPY hello.txt /hello.txt\n');
  commit('first');
}, 480_000);
afterAll(async () => {
  await lab?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Event {
  readonly ref?: string;
  readonly payload?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  /** Somebody cancels the run when such a line appears. */
  readonly cancelAtLine?: RegExp;
}

const ours = { default_branch: 'main', full_name: repository };

async function build(
  inputs: Readonly<Record<string, string>>,
  { ref = 'refs/heads/main', payload = { repository: ours }, env = {}, cancelAtLine }: Event = {},
): Promise<ActionResult> {
  const event = join(folder, 'event.json');
  writeFileSync(event, JSON.stringify(payload));
  const context = { GITHUB_REF: ref, GITHUB_SHA: git('rev-parse', 'HEAD'), GITHUB_REPOSITORY: repository, GITHUB_EVENT_PATH: event };
  return runAction({
    action: 'build',
    inputs: { image, sbom: 'false', cache: 'none', ...inputs },
    env: { DOCKER_CONFIG: docker, ...context, ...env },
    folder,
    ...(cancelAtLine === undefined ? {} : { cancelAfter: (lines) => cancelAtLine.test(lines.at(-1) ?? '') }),
  });
}

/** A registry that asks for a login, under one address on the host and in the lab: two servers over the same files. */
async function guarded(): Promise<{ readonly address: string; stop(): void }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  const place = mkdtempSync(join(folder, 'registry-'));
  const configuration = join(place, 'registry.yaml');
  writeFileSync(join(place, 'users'), 'builder:$2b$08$wD/PzWbOR1hQMZ.hB/PPcuCyKrC4.zWMwOxHqKuYgx.5HM0L5JYtq\n');
  const content = {
    version: '0.1',
    storage: { filesystem: { rootdirectory: join(place, 'data') } },
    http: { addr: `127.0.0.1:${port}` },
    auth: { htpasswd: { realm: 'lab', path: join(place, 'users') } },
  };
  writeFileSync(configuration, JSON.stringify(content));
  const outside = spawn('docker-registry', ['serve', configuration], { stdio: 'ignore' });
  await lab.exec(['sh', '-c', `docker-registry serve ${configuration} >/dev/null 2>&1 &`]);
  const address = `127.0.0.1:${port}`;
  const patience = { seconds: 180, every: 500 };
  await until('the guarded registry', async () => (await fetch(`http://${address}/v2/`)).status === 401, patience);
  // The builder pushes to the one in the lab.
  const ask = `fetch('http://${address}/v2/').then(({ status }) => process.exit(status === 401 ? 0 : 1), () => process.exit(1))`;
  await until('the guarded registry in the lab', async () => (await lab.exec([process.execPath, '-e', ask])).code === 0, patience);
  return { address, stop: () => void outside.kill('SIGKILL') };
}

async function manifest(
  reference: string,
): Promise<{ readonly status: number; readonly digest: string | null; readonly body: Record<string, unknown> }> {
  const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json';
  const answer = await fetch(`http://${lab.registry}/v2/${repository}/manifests/${reference}`, { headers: { accept } });
  return {
    status: answer.status,
    digest: answer.headers.get('docker-content-digest'),
    body: (await answer.json()) as Record<string, unknown>,
  };
}

describe('on a real builder and a real registry', () => {
  it('the digest is that of what runs, with provenance and without', async () => {
    const without = await build({ provenance: 'off', reuse: 'false' });
    expect(without.outputs).toMatchObject({ outcome: 'built', index: '' });
    const withProvenance = await build({ provenance: 'max', reuse: 'false' });
    expect(withProvenance.outputs).toMatchObject({ outcome: 'built', index: expect.stringMatching(/^sha256:/) });
    expect(withProvenance.outputs['digest']).toBe(without.outputs['digest']);
    expect((await manifest('main')).digest).toBe(withProvenance.outputs['index']);
    expect((await manifest(String(withProvenance.outputs['digest']))).status).toBe(200);
  });

  it('the same tree is not built twice, and its tags move to the same bytes', async () => {
    write('hello.txt', 'once\n');
    const first = commit('once');
    const built = await build({ 'build-args': 'VERSION=1' }, { ref: 'refs/heads/develop' });
    expect(built.outputs).toMatchObject({ outcome: 'built', tags: `${image}:develop\n${image}:${first.slice(0, 7)}` });
    const second = commit('merged: another commit, the same tree');
    const reused = await build({ 'build-args': 'VERSION=1' });
    expect(reused.outputs).toMatchObject({
      ...{ outcome: 'reused', digest: built.outputs['digest'], image: built.outputs['image'], key: built.outputs['key'] },
      tags: `${image}:main\n${image}:latest\n${image}:${second.slice(0, 7)}`,
    });
    expect(reused.summary).toContain('Nothing was built');
    expect(reused.log).not.toContain('[internal] load build definition');
    const digests = await Promise.all(
      ['develop', 'main', 'latest', first.slice(0, 7), second.slice(0, 7)].map(async (tag) => (await manifest(tag)).digest),
    );
    expect(new Set(digests)).toEqual(new Set([built.outputs['index']]));
    const other = await build({ 'build-args': 'VERSION=2' });
    expect(other.outputs['outcome']).toBe('built');
    expect(other.outputs['digest']).not.toBe(built.outputs['digest']);
  });

  it('a tag that was moved is not taken for an earlier build', async () => {
    const honest = await build({ 'build-args': 'VERSION=3' });
    const foreign = await build({ 'build-args': 'VERSION=4' });
    const { body } = await manifest(String(foreign.outputs['index']));
    const moved = await fetch(`http://${lab.registry}/v2/${repository}/manifests/tree-${honest.outputs['key']?.slice(0, 32)}-min`, {
      method: 'PUT',
      headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' },
      body: JSON.stringify(body),
    });
    expect(moved.status).toBe(201);
    const again = await build({ 'build-args': 'VERSION=3' });
    expect(again.outputs).toMatchObject({ outcome: 'built', digest: honest.outputs['digest'] });
    expect(again.log).toContain('is not a build of this tree with these inputs');
  });

  it('a workspace with what is not of the commit has no key', async () => {
    write('beside.txt', 'not committed\n');
    const result = await build({});
    rmSync(join(workspace, 'beside.txt'));
    expect(result.outputs).toMatchObject({ outcome: 'built', key: '' });
    expect(result.summary).toContain('beside.txt');
  });

  it('several platforms are one index, in which each is', async () => {
    const result = await build({ platforms: 'linux/amd64,linux/arm64' });
    expect(result.outputs).toMatchObject({ outcome: 'built', index: '' });
    const { body, digest } = await manifest(String(result.outputs['digest']));
    expect(digest).toBe(result.outputs['digest']);
    const platforms = (body['manifests'] as { platform: { os: string; architecture: string } }[]).map(
      ({ platform }) => platform.architecture,
    );
    expect(platforms).toEqual(['amd64', 'arm64', 'unknown', 'unknown']);
    expect((await build({ platforms: 'linux/arm64,linux/amd64' })).outputs).toMatchObject({
      outcome: 'reused',
      digest: result.outputs['digest'],
    });
  });

  it('code of a fork is built and not pushed', async () => {
    write('hello.txt', 'from a fork\n');
    commit('fork');
    const payload = { repository: ours, pull_request: { number: 7, head: { repo: { full_name: 'stranger/agent' } } } };
    const result = await build({}, { ref: 'refs/pull/7/merge', payload });
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ outcome: 'not-pushed', image: '', digest: '', tags: '' });
    expect(result.summary).toContain('fork');
    expect((await manifest('pr-7')).status).toBe(404);
    const own = { repository: ours, pull_request: { number: 8, head: { repo: { full_name: repository } } } };
    expect((await build({}, { ref: 'refs/pull/8/merge', payload: own })).outputs['tags']).toContain(`${image}:pr-8`);
  });

  it('a secret reaches its build step and stays in no layer, no history, no provenance and no log', async () => {
    const secret = 'correct-horse-battery-staple';
    copyFileSync(await buildGo(join(import.meta.dirname, 'sealer')), join(workspace, 'sealer'));
    write('Dockerfile', 'FROM scratch\nCOPY sealer /sealer\nRUN --mount=type=secret,id=npm ["/sealer", "/run/secrets/npm", "/length"]\n');
    commit('secret');
    const result = await build({ secrets: 'id=npm,env=NPM_TOKEN', provenance: 'max' }, { env: { NPM_TOKEN: secret } });
    expect(result.outputs['outcome']).toBe('built');
    expect(result.log).not.toContain(secret);
    const index = (await manifest(String(result.outputs['index']))).body['manifests'] as { digest: string }[];
    const blobs: string[] = [];
    for (const { digest } of index) {
      const { body } = await manifest(digest);
      for (const part of [body['config'], ...(body['layers'] as unknown[])] as { digest: string; mediaType: string }[]) {
        const bytes = Buffer.from(await (await fetch(`http://${lab.registry}/v2/${repository}/blobs/${part.digest}`)).arrayBuffer());
        blobs.push((part.mediaType.endsWith('gzip') ? gunzipSync(bytes) : bytes).toString('latin1'));
      }
    }
    expect(blobs.some((blob) => blob.includes(`${secret.length} bytes\n`))).toBe(true);
    expect(blobs.some((blob) => blob.includes('slsa.dev/provenance'))).toBe(true);
    expect(blobs.filter((blob) => blob.includes(secret))).toEqual([]);
  });

  it('a secret that is not set ends the build before it begins', async () => {
    const result = await build({ secrets: 'id=npm,env=NOT_SET_ANYWHERE' });
    expect(result.outputs).toMatchObject({ outcome: 'failed', image: '' });
    expect(result.outputs['reason']).toContain('NOT_SET_ANYWHERE');
    expect(result.log).not.toContain('[internal] load build definition');
  });

  it('signs in for itself alone, and leaves no credentials', async () => {
    const registry = await guarded();
    const login = { 'registry-username': 'builder', 'registry-password': 'opensesame' };
    const inputs = { image: `${registry.address}/example/sealed`, provenance: 'off' };
    const strange = await build({ ...inputs, ...login, 'registry-password': 'wrong-password' });
    expect(strange.outputs).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('did not accept the login of builder') });
    expect(strange.log).not.toContain('wrong-password');
    expect((await build({ ...inputs, reuse: 'false' })).outputs['outcome']).toBe('failed');
    const result = await build({ ...inputs, ...login });
    expect(result.outputs).toMatchObject({
      outcome: 'built',
      image: expect.stringContaining(`${registry.address}/example/sealed@sha256:`),
    });
    expect((await build({ ...inputs, ...login })).outputs).toMatchObject({ outcome: 'reused', digest: result.outputs['digest'] });
    expect(result.log).not.toContain('opensesame');
    expect(readdirSync(join(folder, 'temp')).filter((name) => name.startsWith('wf-deploy-docker'))).toEqual([]);
    expect(existsSync(join(docker, 'config.json')) ? readFileSync(join(docker, 'config.json'), 'utf8') : '').not.toContain(
      registry.address,
    );
    registry.stop();
  });

  it('forgets the credentials of a run that was cancelled', async () => {
    const registry = await guarded();
    write('Dockerfile', 'FROM scratch\nCOPY sealer /sealer\nRUN ["/sealer", "wait"]\n');
    commit('endless');
    const result = await build(
      { image: `${registry.address}/example/sealed`, 'registry-username': 'builder', 'registry-password': 'opensesame' },
      { cancelAtLine: /waiting/ },
    );
    expect(result.exitCode).not.toBe(0);
    expect(readdirSync(join(folder, 'temp')).filter((name) => name.startsWith('wf-deploy-docker'))).toEqual([]);
    registry.stop();
    git('reset', '--quiet', '--hard', 'HEAD^');
  });

  it('a build that fails says so, with its last words, and hands nothing on', async () => {
    write('Dockerfile', 'FROM scratch\nCOPY no-such-file /\n');
    commit('broken');
    const result = await build({});
    expect(result.exitCode).toBe(1);
    expect(result.outputs).toMatchObject({ outcome: 'failed', image: '', digest: '', tags: '' });
    expect(result.outputs['reason']).toContain('no-such-file');
    git('revert', '--no-edit', 'HEAD');
  });

  it('a registry that takes nothing makes the build fail', async () => {
    const result = await build({ image: '127.0.0.1:9/example/agent', reuse: 'false', timeout: '60s' });
    expect(result.outputs).toMatchObject({ outcome: 'failed', image: '' });
  });

  it('leaves no file of credentials, builds or secrets behind', () => {
    expect(readdirSync(join(folder, 'temp')).filter((name) => /docker|build/.test(name))).toEqual([]);
  });
});
