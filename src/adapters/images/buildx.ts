import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildSecret } from '../../domain/build/build-arguments.ts';
import { buildCommand } from '../../domain/build/build-order.ts';
import { parseStored, pushedDigest } from '../../domain/build/stored-image.ts';
import { jsonOf } from '../../domain/units/json.ts';
import { recordOf } from '../../domain/units/record.ts';
import { Failure } from '../../failure.ts';
import type { Images, Stored } from '../../ports/images.ts';
import type { Process } from '../../ports/process.ts';
import { foreignText, lastWords } from '../foreign-text.ts';
import { askDocker } from './docker.ts';
import { forgetCredentials, privateCredentials } from './private-credentials.ts';

export interface Buildx {
  readonly process: Process;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Given to the build alone, for the cache of the platform. */
  readonly cacheAccess: Readonly<Record<string, string>>;
  /** Docker's own folder of configuration. */
  readonly dockerFolder: string;
  /** Of this job, and gone after it. */
  readonly temporary: string;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
}

/** `docker buildx`, as it is on PATH. Everything goes through the same client, so that what it may push it may also ask about. */
export function buildxImages({ process, environment, cacheAccess, dockerFolder, temporary, credentials }: Buildx): Images {
  let folder = dockerFolder;
  const surroundings = (): NodeJS.ProcessEnv => ({
    ...environment,
    DOCKER_CONFIG: folder,
    BUILDX_CONFIG: environment['BUILDX_CONFIG'] ?? join(dockerFolder, 'buildx'),
  });
  const ask = (args: readonly string[], input = '') => askDocker(args, surroundings(), input);
  const secrets = credentials === undefined ? [] : [credentials.password];

  const inspect = async (reference: string, ...more: readonly string[]) => ask(['buildx', 'imagetools', 'inspect', reference, ...more]);

  return {
    async signIn(registry) {
      if (credentials === undefined) return undefined;
      folder = await privateCredentials(temporary, dockerFolder, registry);
      const login = ['login', '--username', credentials.username, '--password-stdin', ...(registry === 'docker.io' ? [] : [registry])];
      const { exitCode, stderr } = await ask(login, credentials.password);
      if (exitCode === 0) return folder;
      await forgetCredentials(temporary, folder);
      throw new Failure(
        'REGISTRY_LOGIN_FAILED',
        `The registry ${foreignText(registry, [], 200)} did not accept the login of ${foreignText(credentials.username, [], 100)}: ${foreignText(stderr, secrets)}`,
        'Check `registry-username` and `registry-password`, and that the token may write packages.',
      );
    },

    async forget(path) {
      if (await forgetCredentials(temporary, path)) return;
      throw new Failure(
        'INTERNAL',
        `${foreignText(path, [], 200)} is no folder of credentials of this run.`,
        'Remove it by hand if it is one.',
      );
    },

    async build(order, { timeoutSeconds, sourceDate, signal }) {
      for (const secret of order.inputs.secrets) requireSecret(secret, environment);
      const own = await mkdtemp(join(temporary, 'wf-deploy-build-'));
      try {
        const metadataFile = join(own, 'metadata.json');
        const { exitCode, tail } = await process.run(['docker', ...buildCommand({ ...order, metadataFile })], {
          environment: {
            ...(order.cache === 'gha' ? cacheAccess : {}),
            DOCKER_CONFIG: folder,
            BUILDX_CONFIG: environment['BUILDX_CONFIG'] ?? join(dockerFolder, 'buildx'),
            ...(sourceDate === undefined ? {} : { SOURCE_DATE_EPOCH: String(sourceDate) }),
          },
          timeoutSeconds,
          signal,
        });
        if (signal.aborted)
          throw new Failure('CANCELLED', 'The run was cancelled while the image was built.', 'Run it again when you want the image.');
        if (exitCode !== 0) throw buildFailed(exitCode, timeoutSeconds, lastWords(tail, secrets, 700));
        const metadata = await readFile(metadataFile, 'utf8');
        return { digest: pushedDigest(JSON.parse(metadata)), metadata };
      } finally {
        await rm(own, { recursive: true, force: true });
      }
    },

    async stored(reference): Promise<Stored> {
      const raw = await inspect(reference, '--raw');
      if (raw.exitCode !== 0) {
        const said = foreignText(raw.stderr, secrets, 300);
        return /: not found\s*$/.test(raw.stderr)
          ? { is: 'absent' }
          : { is: 'not-checked', reason: said === '' ? 'it did not answer' : said };
      }
      const digest = `sha256:${createHash('sha256').update(raw.stdout).digest('hex')}`;
      const [, asked] = /@(sha256:[0-9a-f]{64})$/.exec(reference) ?? [];
      if (asked !== undefined && asked !== digest) return { is: 'not-checked', reason: `its content has the digest ${digest}` };
      const image = parseStored(digest, jsonOf(raw.stdout.toString('utf8')));
      if (!image.ok) return { is: 'not-checked', reason: `it ${image.problem}` };
      const config = await inspect(reference, '--format', '{{json .Image}}');
      if (config.exitCode !== 0)
        return { is: 'not-checked', reason: `its configuration cannot be read: ${foreignText(config.stderr, secrets, 300)}` };
      return { is: 'there', image: image.value, labels: labelsOf(jsonOf(config.stdout.toString('utf8'))) };
    },

    async tag(reference, tags) {
      // Without this an image would be wrapped into an index, and have another digest.
      const create = ['buildx', 'imagetools', 'create', '--prefer-index=false', ...tags.flatMap((tag) => ['--tag', tag]), reference];
      const { exitCode, stderr } = await ask(create);
      if (exitCode === 0) return;
      throw new Failure(
        'BUILD_FAILED',
        `The tags could not be given to ${foreignText(reference, [], 300)}: ${foreignText(stderr, secrets)}`,
        'Check that the login may write to this repository.',
      );
    },
  };
}

/** buildx takes a variable that is not set for an empty secret, and the step that reads it fails with some error of its own, or does not. */
function requireSecret(secret: BuildSecret, environment: Buildx['environment']): void {
  const isThere = secret.from === 'environment' ? (environment[secret.name] ?? '') !== '' : existsSync(secret.path);
  if (isThere) return;
  const place =
    secret.from === 'environment'
      ? `the variable ${secret.name} is not set or empty`
      : `there is no file ${foreignText(secret.path, [], 200)}`;
  throw new Failure(
    'BUILD_SECRET_MISSING',
    `The secret \`${secret.id}\` of the build is not there: ${place}.`,
    'Set it in `env:` of the step. Secrets are not given to code from forks, nor to a workflow of another owner.',
  );
}

const buildFailed = (exitCode: number | undefined, timeoutSeconds: number, said: string): Failure =>
  new Failure(
    'BUILD_FAILED',
    `\`docker buildx build\` ${exitCode === undefined ? `was not done after ${timeoutSeconds} s` : `ended with exit code ${exitCode}`}. Its last words: ${said}`,
    'Its output in the log of this step says why.',
  );

/** The labels of each image: one configuration, or one for each platform. */
function labelsOf(document: unknown): readonly Readonly<Record<string, string>>[] {
  const one = recordOf(document) ?? {};
  const images = 'config' in one || 'rootfs' in one ? [one] : Object.values(one).map((image) => recordOf(image) ?? {});
  return images.map((image) => {
    const labels = recordOf(recordOf(image['config'])?.['Labels']) ?? {};
    return Object.fromEntries(Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  });
}
