import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
// The package's main entry would bring the generated API classes into the bundle (2.1 MB instead of 1.0 MB, minified).
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { parseDocument } from 'yaml';
import { Failure } from '../../failure.ts';
import { foreignText } from '../foreign-text.ts';
import { kubeconfigSecrets } from './kubeconfig-secrets.ts';

export interface KubeconfigSource {
  /** YAML or JSON, plain or as base64. */
  readonly text?: string;
  /** A file, or several as in `KUBECONFIG`. Read only when there is no text. */
  readonly path?: string;
  /** Instead of the file's `current-context`. */
  readonly context?: string;
}

export interface Kubeconfig {
  readonly config: KubeConfig;
  readonly context: string;
  /** Every secret in it, in all the forms in which it could come up in a log. */
  readonly secrets: readonly string[];
}

const remedy = 'Give the whole kubeconfig, as YAML or as base64 of it (`base64 -w0 < kubeconfig`).';

/** Reads a kubeconfig as kubectl does. Throws KUBECONFIG_INVALID; no message quotes from the text, which is full of secrets. */
export function loadKubeconfig({ text, path, context }: KubeconfigSource): Kubeconfig {
  const given = text?.trim() ?? '';
  const sources =
    given === '' ? files(path ?? '') : [{ document: kubeconfigDocument(given, 'The kubeconfig'), raw: given, directory: undefined }];
  const config = merged(sources.map(({ document, directory }) => load(document, directory)));
  select(config, context?.trim() ?? '');
  return { config, context: config.currentContext, secrets: kubeconfigSecrets(sources) };
}

const invalid = (what: string, help = remedy): Failure => new Failure('KUBECONFIG_INVALID', what, help);

function files(path: string): readonly { document: Record<string, unknown>; raw: string; directory: string }[] {
  const names = path.split(delimiter).filter((name) => name.trim() !== '');
  const present = names.filter((name) => existsSync(name));
  if (names.length === 0)
    throw invalid(
      'There is no kubeconfig: none was given, and KUBECONFIG names no file.',
      `${remedy} If it comes from a secret, see that the secret is set and that the job is in its \`environment\`.`,
    );
  if (present.length === 0) throw invalid(`The kubeconfig file ${names.join(', ')} does not exist.`, 'Name a file that exists.');
  return present.map((name) => {
    const raw = read(name);
    return { document: kubeconfigDocument(raw.trim(), `The kubeconfig file ${name}`), raw, directory: dirname(name) };
  });
}

function read(name: string): string {
  try {
    return readFileSync(name, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new Failure(
      'KUBECONFIG_INVALID',
      `The kubeconfig file ${name} cannot be read (${code}).`,
      'Make it a file that this user may read.',
    );
  }
}

/** Asked only of what is no kubeconfig. `C:\\` has a colon, base64 begins with none of the others. */
const isPath = (text: string): boolean =>
  !/[\r\n]/.test(text) && (/^(?:[/~.$]|[A-Za-z]:\\)/.test(text) || /(?:\.ya?ml|\.conf|\.config|[/\\](?:config|kubeconfig))$/.test(text));

/** A kubeconfig's YAML or JSON, plain or as base64, as a map. Throws KUBECONFIG_INVALID. */
export function kubeconfigDocument(text: string, name: string): Record<string, unknown> {
  // A kubeconfig has colons, and base64 has none.
  const plain = text.includes(':') ? text : Buffer.from(text, 'base64').toString('utf8');
  const help = isPath(text)
    ? 'This looks like a path. Leave `kubeconfig` empty: the file that `KUBECONFIG` names is read. actions/cluster takes the text alone.'
    : remedy;
  const document = parseDocument(plain, { prettyErrors: false, logLevel: 'silent' });
  const problem = document.errors[0];
  const lineOf = (offset: number): number => plain.slice(0, offset).split('\n').length;
  if (problem !== undefined) throw invalid(`${name} is not valid YAML (${problem.code} in line ${lineOf(problem.pos[0])}).`, help);
  let value: unknown;
  try {
    value = document.toJS();
  } catch {
    throw invalid(`${name} has YAML aliases that cannot be resolved.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${name} is not a kubeconfig: it holds no YAML mapping.`, help);
  return value as Record<string, unknown>;
}

function load(document: Record<string, unknown>, directory: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromString(JSON.stringify(document));
  } catch (error) {
    // Only the field's place: the library's other messages may quote values.
    const place = /^(?:clusters|users|contexts)\[\d+\]\.[a-z.]+ is missing$/.exec(error instanceof Error ? error.message : '')?.[0];
    throw invalid(`The kubeconfig has an entry that cannot be read${place === undefined ? '' : `: ${place}`}.`);
  }
  completeUsers(config, document);
  if (directory !== undefined) config.makePathsAbsolute(directory);
  return config;
}

/** What the library does not know: `tokenFile`, and the environment that credential plugins are promised. */
function completeUsers(config: KubeConfig, document: Record<string, unknown>): void {
  const entries = document['users'] as readonly { readonly user?: Record<string, unknown> | null }[] | undefined;
  config.users = config.users.map((user, index) => {
    const file = entries?.[index]?.user?.['tokenFile'];
    const authProvider = typeof file === 'string' && !user.token ? { name: 'tokenFile', config: { tokenFile: file } } : undefined;
    const exec = user.exec && {
      ...user.exec,
      env: [...(user.exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: execInfo(user.exec) }],
    };
    return { ...user, ...(exec ? { exec } : {}), ...(authProvider ? { authProvider } : {}) };
  });
}

const execInfo = ({ apiVersion }: { readonly apiVersion?: string }): string =>
  JSON.stringify({ apiVersion: apiVersion ?? 'client.authentication.k8s.io/v1', kind: 'ExecCredential', spec: { interactive: false } });

/** As kubectl merges: the first entry of a name counts. */
function merged(configs: readonly KubeConfig[]): KubeConfig {
  const firsts = <T extends { name: string }>(entries: readonly T[]): T[] =>
    entries.filter((entry, index) => entries.findIndex(({ name }) => name === entry.name) === index);
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: firsts(configs.flatMap((c) => c.clusters)),
    users: firsts(configs.flatMap((c) => c.users)),
    contexts: firsts(configs.flatMap((c) => c.contexts)),
    currentContext: configs.find((c) => c.currentContext)?.currentContext ?? '',
  });
  return config;
}

function select(config: KubeConfig, wanted: string): void {
  const names = config.contexts.map((context) => context.name);
  const known = names.length === 0 ? 'It has no contexts at all.' : `It has these contexts: ${foreignText(names.join(', '))}.`;
  const name = wanted === '' ? config.currentContext : wanted;
  if (!name) throw invalid(`The kubeconfig has no current-context. ${known}`, 'Set the input `context` to one of them.');
  const context = config.contexts.find((candidate) => candidate.name === name);
  if (context === undefined) throw invalid(`The kubeconfig has no context ${name}. ${known}`, 'Set the input `context` to one of them.');
  config.setCurrentContext(name);
  const cluster = config.clusters.find((candidate) => candidate.name === context.cluster);
  if (cluster === undefined) throw invalid(`Context ${name} names cluster ${context.cluster}, which is not in the kubeconfig.`);
  if (!config.users.some((user) => user.name === context.user)) {
    throw invalid(`Context ${name} names user ${context.user ?? '(none)'}, who is not in the kubeconfig.`);
  }
  if (!URL.canParse(cluster.server) || !/^https?:$/.test(new URL(cluster.server).protocol)) {
    throw invalid(`Cluster ${context.cluster} has no usable server address.`, 'Write `server: https://HOST:PORT`.');
  }
  // The library refuses it too, at the first request and as if it were about certificates.
  if (new URL(cluster.server).protocol === 'http:' && !cluster.skipTLSVerify && !cluster.proxyUrl) {
    throw invalid(
      `Cluster ${context.cluster} is reached by plain http, where everybody on the way reads the credentials.`,
      'Write `server: https://HOST:PORT`. Where plain http is meant, say so by `insecure-skip-tls-verify: true` beside it.',
    );
  }
}
