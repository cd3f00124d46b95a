import type { IdTokenSource } from '../adapters/azure/id-token-source.ts';
import { signIn } from '../adapters/azure/sign-in.ts';
import { Failure } from '../failure.ts';

/** What the kubeconfig gives us on the command line. */
export type PluginArguments = Readonly<Partial<Record<'tenant' | 'client' | 'server' | 'authority' | 'audience', string>>>;

/** https://kubernetes.io/docs/reference/config-api/client-authentication.v1 */
export interface ExecCredential {
  readonly apiVersion: 'client.authentication.k8s.io/v1';
  readonly kind: 'ExecCredential';
  readonly status: { readonly token: string; readonly expirationTimestamp: string };
}

/** Clients ask again when it has expired by their clock: a little earlier, so that no request is sent with a token that dies on the way. */
const earlySeconds = 60;

/** A new token of the workflow, and for it a new one of Microsoft Entra ID, at each call: nothing is kept between two. */
export async function execCredential(given: PluginArguments, source: IdTokenSource | undefined): Promise<ExecCredential> {
  const { tenant = '', client = '', server = '', authority = '', audience = '' } = given;
  if ([tenant, client, server, authority, audience].includes(''))
    throw new Failure(
      'INPUT_INVALID',
      'The credential plugin needs --tenant, --client, --server, --authority and --audience.',
      'Use the kubeconfig as `actions/cluster` wrote it.',
    );
  // Standard output belongs to the credential; who called us masks it.
  const entra = signIn({ tenant, client, cloud: { authority, audience }, source, onSecret: () => undefined });
  const { token, expiresOnTimestamp } = await entra.getToken(`${server}/.default`);
  return {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token, expirationTimestamp: new Date(expiresOnTimestamp - earlySeconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z') },
  };
}
