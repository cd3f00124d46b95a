import type { Agent } from 'node:http';
import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { Failure } from '../../failure.ts';
import { foreignText } from '../foreign-text.ts';
import type { Kubeconfig } from './kubeconfig.ts';

/** Credential plugins may ask a browserless identity provider; this is long for one of those. */
const pluginSeconds = 60;

export interface Authentication {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'rejectUnauthorized' | 'servername'>;
  /** Only where the kubeconfig names a proxy. */
  readonly proxy: Agent | undefined;
}

export interface Credentials {
  /** What the next request has to carry. Throws CLUSTER_UNAUTHORISED or KUBECONFIG_INVALID. */
  authentication(): Promise<Authentication>;
  /** Forgets what was fetched, so that it is fetched anew. False when there is nothing to fetch. */
  renew(): boolean;
  /** The library's own form, for its websockets. */
  config(): KubeConfig;
}

/** @param onSecret is told every token that a plugin hands out, before it is used. */
export function kubeconfigCredentials({ config: given }: Kubeconfig, onSecret: (secret: string) => void): Credentials {
  let config = given;
  const user = given.getCurrentUser();
  const renewable = user?.exec !== undefined && user.exec !== null ? 'exec' : user?.authProvider ? 'provider' : undefined;

  const isFixed = hasNothingToRead(given);
  let fixed: Authentication | undefined;

  const fetchOptions = async (): Promise<RequestOptions> => {
    const options: RequestOptions = {};
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`it did not end within ${pluginSeconds} s`)), pluginSeconds * 1000);
    });
    try {
      await Promise.race([config.applyToHTTPSOptions(options), late]);
      return options;
    } catch (error) {
      throw renewable === 'exec' ? pluginFailed(user?.exec?.command, error) : unusable(error);
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    config: () => config,
    renew() {
      if (renewable === undefined) return false;
      config = new KubeConfig();
      config.loadFromOptions(given);
      return true;
    },
    async authentication() {
      if (fixed !== undefined) return fixed;
      const options = await fetchOptions();
      const headers = Object.fromEntries(Object.entries(options.headers ?? {}).map(([name, value]) => [name, String(value).trim()]));
      if (options.auth) headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
      const token = headers['Authorization']?.replace(/^\w+ /, '');
      if (token) onSecret(token);
      const { ca, cert, key, passphrase, rejectUnauthorized, servername } = options;
      const tls = Object.entries({ ca, cert, key, passphrase, rejectUnauthorized, servername }).filter(([, value]) => value !== undefined);
      const proxy = config.getCurrentCluster()?.proxyUrl ? (options.agent as Agent) : undefined;
      const found = { headers, tls: Object.fromEntries(tls), proxy };
      if (isFixed) fixed = found;
      return found;
    },
  };
}

/** Everything is in the kubeconfig itself. Then it is made ready once: for thousands of requests that is a tenth of their work. */
function hasNothingToRead(config: KubeConfig): boolean {
  const user = config.getCurrentUser();
  const cluster = config.getCurrentCluster();
  const files = [user?.certFile, user?.keyFile, cluster?.caFile, (user as { tokenFile?: string } | null)?.tokenFile];
  return !user?.exec && !user?.authProvider && files.every((file) => !file);
}

// Errors of reading a credential quote from it.
const unreadable = new Set(['SyntaxError', 'TypeError']);

function pluginFailed(command: unknown, error: unknown): Failure {
  const name = foreignText(String(command), [], 100);
  const remedy = `Make \`${name}\` work on this runner (installed, on PATH, logged in), or use a kubeconfig with a token.`;
  const what = (reason: string): string => `The credential plugin ${name} of the kubeconfig gave no credentials: ${reason}.`;
  const { name: kind, code, message } = error as NodeJS.ErrnoException;
  if (unreadable.has(kind)) return new Failure('CLUSTER_UNAUTHORISED', what('it did not print an ExecCredential'), remedy);
  return new Failure(
    'CLUSTER_UNAUTHORISED',
    what(code === 'ENOENT' ? 'there is no such command' : foreignText(message, [], 300) || 'it failed'),
    remedy,
  );
}

function unusable(error: unknown): Failure {
  const { name, message } = error as Error;
  const reason = unreadable.has(name) ? 'their contents cannot be read' : foreignText(message, [], 300);
  return new Failure(
    'KUBECONFIG_INVALID',
    `The kubeconfig's credentials cannot be used: ${reason}.`,
    'Check the files and certificates that it names.',
  );
}
