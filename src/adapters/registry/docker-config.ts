import { Failure } from '../../failure.ts';

export interface RegistryCredentials {
  readonly user: string;
  readonly password: string;
  /** An OAuth2 refresh token, in place of the password. */
  readonly identityToken?: string;
}

/** The credentials that a docker `config.json` holds for a registry, by its host. */
export type DockerConfig = (host: string) => RegistryCredentials | undefined;

const remedy = 'Give the text of a docker config.json: {"auths": {"HOST": {"auth": "base64 of USER:PASSWORD"}}}.';

/** Only `auths`: credential helpers are programs, and are not run. Throws INPUT_INVALID without quoting the text. */
export function parseDockerConfig(text: string): DockerConfig {
  if (text.trim() === '') return () => undefined;
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Failure('INPUT_INVALID', 'The docker config is not valid JSON.', remedy);
  }
  const auths = (document as { readonly auths?: unknown } | null)?.auths ?? {};
  if (typeof auths !== 'object') throw new Failure('INPUT_INVALID', 'The field `auths` of the docker config is not a mapping.', remedy);
  const byHost = new Map(Object.entries(auths as object).map(([name, entry]) => [hostOf(name), credentialsOf(entry)]));
  return (host) => byHost.get(hostOf(host));
}

/** `https://index.docker.io/v1/` and `ghcr.io/team` both occur as names. */
function hostOf(name: string): string {
  const host = name
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .toLowerCase();
  return /^(?:index\.|registry-1\.)?docker\.io$/.test(host) ? 'docker.io' : host;
}

function credentialsOf(entry: unknown): RegistryCredentials | undefined {
  const { auth, username, password, identitytoken } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  const decoded = typeof auth === 'string' ? Buffer.from(auth, 'base64').toString('utf8') : '';
  const colon = decoded.indexOf(':');
  const user = colon > 0 ? decoded.slice(0, colon) : typeof username === 'string' ? username : '';
  // Some tools fill `auth` up with zero bytes.
  const secret = colon > 0 ? decoded.slice(colon + 1).replace(/\0+$/, '') : typeof password === 'string' ? password : '';
  if (typeof identitytoken === 'string' && identitytoken !== '') return { user, password: secret, identityToken: identitytoken };
  return user === '' ? undefined : { user, password: secret };
}
