import { type AccessToken, ClientAssertionCredential } from '@azure/identity';
import type { AzureCloud } from '../../domain/fleet/azure-cloud.ts';
import { Failure } from '../../failure.ts';
import { foreignText } from '../foreign-text.ts';
import { idToken } from './id-token.ts';
import type { IdTokenSource } from './id-token-source.ts';
import { pipelineOptions } from './pipeline.ts';

export interface SignInOptions {
  readonly client: string;
  readonly tenant: string;
  readonly cloud: Pick<AzureCloud, 'authority' | 'audience'>;
  readonly source: IdTokenSource | undefined;
  /** Is told every token before it is used. */
  readonly onSecret: (secret: string) => void;
  readonly onRequest?: (method: string, path: string, status: number | undefined) => void;
  /** Seconds for one sign-in; 60 when missing. */
  readonly patienceSeconds?: number;
  /** Before the second try; 1 when missing. */
  readonly retryDelaySeconds?: number;
}

export interface SignIn {
  /** A token for one application. One that is still good for some minutes is given again. Throws CLOUD_*. */
  getToken(scopes: string | string[]): Promise<AccessToken>;
}

/** The workflow's own token for one of Microsoft Entra ID, by the federated credential that trusts this repository. No secret is kept anywhere. */
export function signIn(options: SignInOptions): SignIn {
  const { client, tenant, cloud, source, onSecret, onRequest = () => undefined } = options;
  const { patienceSeconds = 60, retryDelaySeconds = 1 } = options;
  // The library makes an error of its own of what goes wrong in here.
  let ownFailure: Failure | undefined;
  // It asks for it several times in one sign-in, and once more when it has a token already.
  let own: Promise<string> | undefined;
  const given = new Map<string, AccessToken>();
  const assertion = async (): Promise<string> => {
    try {
      own ??= idToken(source, cloud.audience, { onSecret, pauseSeconds: retryDelaySeconds });
      return await own;
    } catch (error) {
      if (error instanceof Failure) ownFailure = error;
      throw error;
    }
  };
  const credential = new ClientAssertionCredential(tenant, client, assertion, {
    authorityHost: cloud.authority,
    // Asks nobody but this authority: one that is not public is known to no other.
    disableInstanceDiscovery: true,
    ...pipelineOptions({ patienceSeconds, retryDelaySeconds, onRequest }),
  });
  return {
    async getToken(scopes) {
      const scope = String(scopes);
      const earlier = given.get(scope);
      if (earlier !== undefined && earlier.expiresOnTimestamp - Date.now() > goodForSeconds * 1000) return earlier;
      ownFailure = undefined;
      own = undefined;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        const failure = new Failure(
          'CLOUD_UNREACHABLE',
          `Microsoft Entra ID (${cloud.authority}) let nobody in within ${patienceSeconds} s.`,
          waysOut,
        );
        timer = setTimeout(() => reject(failure), patienceSeconds * 1000);
      });
      try {
        const token = await Promise.race([credential.getToken(scopes), late]);
        onSecret(token.token);
        given.set(scope, token);
        return token;
      } catch (error) {
        if (error instanceof Failure) throw error;
        throw ownFailure ?? refused(error, options);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** Longer than one question and its tries take. */
const goodForSeconds = 300;

const waysOut = 'Run it again; see whether this runner reaches that address, and whether `azure-tenant-id` is a tenant of that cloud.';

/** By Microsoft's own numbers: what has to be mended where. https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const remedies: Readonly<Record<string, string>> = {
  '70021': 'federated',
  '700211': 'federated',
  '700212': 'federated',
  '700213': 'federated',
  '700016': 'Check `azure-client-id`, and that the application is in the tenant of `azure-tenant-id`.',
  '7000229': 'The application has no service principal in this tenant: make one (`az ad sp create --id CLIENT`).',
  '90002': 'Check `azure-tenant-id`, and `azure-cloud` if it is not the public one.',
  '700024': 'The clock of this runner, or of what stands before it, is wrong: the token of the job is not valid at this time.',
  '53003': 'A rule of Conditional Access keeps this application out: let the addresses of these runners in.',
  '530003': 'A rule of Conditional Access keeps this application out: let the addresses of these runners in.',
};

function refused(error: unknown, { client, cloud }: SignInOptions): Failure {
  const { message } = error as Error;
  const number = /AADSTS(\d{5,7})/.exec(message)?.[1];
  const said = foreignText(message.replace(/\s*Trace ID:[\s\S]*$/, ''), [], 500);
  if (number === undefined)
    return new Failure('CLOUD_UNREACHABLE', `Microsoft Entra ID (${cloud.authority}) did not let this workflow in: ${said}.`, waysOut);
  const found = remedies[number];
  const federated = `Add a federated credential to application ${client} whose subject is exactly the one that is named here (\`repo:OWNER/NAME:environment:ENVIRONMENT\` for a job with an environment), with the issuer of GitHub’s tokens and the audience \`${cloud.audience}\`.`;
  return new Failure(
    'CLOUD_UNAUTHORISED',
    `Microsoft Entra ID refused application ${client}: ${said}`,
    found === undefined || found === 'federated' ? federated : found,
  );
}
