import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { recordOf } from '../units/record.ts';
import { shown } from '../units/shown.ts';

/** The application that every AKS cluster with Microsoft Entra ID takes tokens for, in all clouds. */
export const aksServer = '6dae42f8-4368-4678-94ff-3960e28e3630';

/** What a kubeconfig calls to get credentials, after client.authentication.k8s.io/v1. */
export interface PluginCall {
  readonly command: string;
  readonly args: readonly string[];
}

/** @param server The application that the cluster takes tokens for. */
export type PluginFor = (server: string) => PluginCall;

type Fields = Readonly<Record<string, unknown>>;

const elsewhere = 'Give the kubeconfig as a secret instead (`kubeconfig-secret`), after you have read what it starts.';

/**
 * The kubeconfig that Azure gives of one cluster, under a name of ours and with nothing else in it, for a job in which nobody can sign in by hand: where it would start kubelogin, or names Azure's old
 * provider, our own plugin stands. A certificate or token stays. Any other program is refused: the answer of an API does not decide what
 * is started on a runner.
 */
export function withOwnPlugin(document: Fields, name: string, pluginFor: PluginFor): Parsed<Fields> {
  const wanted = document['current-context'];
  const context = recordOf(entryOf(document['contexts'], wanted)?.['context']);
  if (context === undefined) return refused('has no current context', elsewhere);
  const cluster = recordOf(entryOf(document['clusters'], context['cluster'])?.['cluster']);
  if (cluster === undefined || !isSafe(cluster)) return refused('has a cluster without TLS that is verified', elsewhere);
  const user = recordOf(entryOf(document['users'], context['user'])?.['user']);
  if (user === undefined) return refused('has a user without credentials', elsewhere);
  const credentials = credentialsOf(user, pluginFor);
  if (!credentials.ok) return credentials;
  return parsed({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { ...context, cluster: name, user: name } }],
    clusters: [{ name, cluster }],
    users: [{ name, user: credentials.value }],
  });
}

const entryOf = (list: unknown, name: unknown): Fields | undefined =>
  (Array.isArray(list) ? list : []).map((each) => recordOf(each)).find((each) => each !== undefined && each['name'] === name);

const isSafe = (cluster: Fields): boolean =>
  String(cluster['server']).startsWith('https://') && cluster['insecure-skip-tls-verify'] !== true;

function credentialsOf(user: Fields, pluginFor: PluginFor): Parsed<Fields> {
  const exec = recordOf(user['exec']);
  const provider = recordOf(user['auth-provider']);
  if (exec === undefined && provider === undefined)
    return user['tokenFile'] === undefined ? parsed(user) : refused('reads a file', elsewhere);
  if (exec !== undefined) {
    const command = String(exec['command']);
    if (!/^(?:.*[\\/])?kubelogin(?:\.exe)?$/.test(command)) return refused(`would start \`${shown(command, 80)}\``, elsewhere);
    return called(serverIn(exec['args']), pluginFor);
  }
  if (provider?.['name'] !== 'azure') return refused(`has the credential provider \`${shown(String(provider?.['name']), 80)}\``, elsewhere);
  return called(recordOf(provider['config'])?.['apiserver-id'] ?? aksServer, pluginFor);
}

/** `--server-id ID` and `--server-id=ID`. */
function serverIn(written: unknown): unknown {
  const args = Array.isArray(written) ? written.map(String) : [];
  const joined = args.find((each) => each.startsWith('--server-id='))?.slice('--server-id='.length);
  return joined ?? (args.includes('--server-id') ? args[args.indexOf('--server-id') + 1] : aksServer);
}

function called(server: unknown, pluginFor: PluginFor): Parsed<Fields> {
  if (typeof server !== 'string' || !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(server))
    return refused('names no application that tokens could be made for', elsewhere);
  const { command, args } = pluginFor(server);
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, args, interactiveMode: 'Never', provideClusterInfo: false };
  return parsed({ exec });
}
