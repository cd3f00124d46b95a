import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { must } from './command.ts';
import { LabFailure } from './failure.ts';

export interface ImageFile {
  /** Absolute path in the image. */
  path: string;
  mode?: number;
  data?: string | Uint8Array;
  /** A file of this machine to copy, in place of data. */
  from?: string;
}

export interface ImageContent {
  files: readonly ImageFile[];
  entrypoint: readonly string[];
  env?: Record<string, string>;
  ports?: readonly number[];
  labels?: Record<string, string>;
}

export interface PushedImage {
  /** Name and tag. */
  reference: string;
  digest: string;
  /** Name and digest. */
  pinned: string;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** Makes an image of one layer from nothing and pushes it. The same content always has the same digest. */
export async function buildAndPush(registry: string, name: string, tag: string, content: ImageContent): Promise<PushedImage> {
  const archive = await pack(content.files);
  const layer = gzipSync(archive, { level: 1 });
  const configuration = Buffer.from(JSON.stringify(imageConfiguration(content, digestOf(archive))));
  const base = `http://${registry}/v2/${name}`;
  await pushBlob(base, layer);
  await pushBlob(base, configuration);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(configuration), size: configuration.length },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digestOf(layer), size: layer.length }],
    }),
  );
  const answer = await fetch(`${base}/manifests/${tag}`, { method: 'PUT', headers: { 'content-type': manifestType }, body: manifest });
  await expectStatus(answer, 201, `push of ${name}:${tag}`);
  const digest = digestOf(manifest);
  return { reference: `${registry}/${name}:${tag}`, digest, pinned: `${registry}/${name}@${digest}` };
}

function imageConfiguration({ entrypoint, env = {}, ports = [], labels = {} }: ImageContent, layerDigest: string) {
  return {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: {
      Entrypoint: entrypoint,
      Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
      ExposedPorts: Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])),
      Labels: labels,
      WorkingDir: '/',
    },
    rootfs: { type: 'layers', diff_ids: [layerDigest] },
  };
}

async function pack(files: readonly ImageFile[]): Promise<Buffer> {
  const root = await mkdtemp(join(tmpdir(), 'wf-deploy-image-'));
  try {
    for (const { path, mode = 0o644, data = '', from } of files) {
      const target = join(root, path);
      await mkdir(dirname(target), { recursive: true });
      if (from === undefined) await writeFile(target, data);
      else await copyFile(from, target);
      await chmod(target, mode);
    }
    await chmod(root, 0o755);
    const sameEverywhere = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=ustar'];
    return await must(['tar', '--create', ...sameEverywhere, '--directory', root, '.']);
  } finally {
    await rm(root, { recursive: true });
  }
}

const underWay = new Map<string, Promise<void>>();

/** Once at a time: the registry says that it has a blob while another upload of it is not yet in its place. */
function pushBlob(base: string, blob: Buffer): Promise<void> {
  const digest = digestOf(blob);
  const key = `${base} ${digest}`;
  const push = underWay.get(key) ?? uploadBlob(base, blob, digest).finally(() => underWay.delete(key));
  underWay.set(key, push);
  return push;
}

async function uploadBlob(base: string, blob: Buffer, digest: string): Promise<void> {
  const known = await fetch(`${base}/blobs/${digest}`, { method: 'HEAD' });
  if (known.status === 200) return;
  const upload = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
  await expectStatus(upload, 202, `start of an upload to ${base}`);
  const target = new URL(upload.headers.get('location') ?? '', base);
  target.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream' };
  await expectStatus(await fetch(target, { method: 'PUT', headers, body: blob }), 201, `upload of ${digest}`);
}

async function expectStatus(answer: Response, status: number, what: string): Promise<void> {
  const body = await answer.text();
  if (answer.status !== status)
    throw new LabFailure(`The ${what} was answered ${answer.status}: ${body}`, 'Is the registry part of the lab running?');
}

function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
