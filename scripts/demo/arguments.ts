import { parseArgs } from 'node:util';
import { type Parsed, parsed, refused } from '../../src/domain/units/parsed.ts';

/** Where the demo runs. */
export type DemoOrder =
  | { readonly where: 'help' }
  | { readonly where: 'lab'; readonly keep: boolean }
  /** The whole way of a service, on a lab that goes with the demo. */
  | { readonly where: 'pipeline' }
  | ({ readonly where: 'context'; readonly keep: boolean } & OwnCluster);

/** A cluster of the user's. What is not given is missing, and told as that. */
export interface OwnCluster {
  readonly context: string;
  readonly kubeconfig: string | undefined;
  readonly registry: string | undefined;
  readonly prometheusUrl: string | undefined;
  /** `namespace/name` */
  readonly gateway: string;
  readonly gatewayUrl: string | undefined;
}

export const usage = `npm run demo -- [pipeline] [options]
  pipeline                the whole way instead: a service goes from a commit through its gates to its users, by the workflow as it is
  --keep                  leaves the lab running, with the last good version, and says how to reach and stop it
  --context NAME          runs on a cluster of yours instead: kind-*, k3d-*, minikube, or one whose name you type when asked
    --kubeconfig FILE       where that context is; KUBECONFIG or ~/.kube/config by default
    --registry HOST:PORT    a registry without login that this machine and the nodes reach by the same name over HTTP
    --prometheus-url URL    Prometheus that scrapes annotated pods, with the labels namespace and pod
    --gateway NS/NAME       a Gateway with an HTTP listener that admits routes of all namespaces; gateway/default by default
    --gateway-url URL       its address on this machine, such as a port-forward: http://127.0.0.1:8080
  --help                  this text`;

const options = {
  keep: { type: 'boolean' },
  help: { type: 'boolean' },
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  registry: { type: 'string' },
  'prometheus-url': { type: 'string' },
  gateway: { type: 'string' },
  'gateway-url': { type: 'string' },
} as const;

const remedy = 'See `npm run demo -- --help`.';
const ofContext = ['kubeconfig', 'registry', 'prometheus-url', 'gateway', 'gateway-url'] as const;

export function parseDemoArguments(argv: readonly string[]): Parsed<DemoOrder> {
  let values: ReturnType<typeof read>['values'];
  let positionals: readonly string[];
  try {
    ({ values, positionals } = read(argv));
  } catch (error) {
    const [first = ''] = (error as Error).message.split('. ');
    return refused(first.replace(/\.$/, ''), remedy);
  }
  if (values.help) return parsed({ where: 'help' });
  const keep = values.keep ?? false;
  const [demo, ...more] = positionals;
  if (demo !== undefined) {
    if (demo !== 'pipeline' || more.length > 0) return refused(`Unexpected argument '${[demo === 'pipeline' ? more[0] : demo]}'`, remedy);
    const other = (['keep', 'context', ...ofContext] as const).find((name) => values[name] !== undefined);
    return other === undefined ? parsed({ where: 'pipeline' }) : refused(`\`--${other}\` does not go with \`pipeline\``, remedy);
  }
  if (values.context === undefined) {
    const stray = ofContext.find((name) => values[name] !== undefined);
    return stray === undefined
      ? parsed({ where: 'lab', keep })
      : refused(`\`--${stray}\` says something about a cluster of yours, and no \`--context\` names one`, remedy);
  }
  const empty = (['context', ...ofContext] as const).find((name) => values[name] === '');
  if (empty !== undefined) return refused(`\`--${empty}\` is empty`, remedy);
  const { context, kubeconfig, registry, gateway = 'gateway/default', 'prometheus-url': prometheusUrl, 'gateway-url': gatewayUrl } = values;
  if (!/^[^/]+\/[^/]+$/.test(gateway)) return refused(`\`--gateway\` = \`${gateway}\` is not namespace/name`, remedy);
  for (const [name, url] of Object.entries({ 'prometheus-url': prometheusUrl, 'gateway-url': gatewayUrl })) {
    if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
      return refused(`\`--${name}\` = \`${url}\` is no URL`, remedy);
  }
  return parsed({ where: 'context', keep, context, kubeconfig, registry, prometheusUrl, gateway, gatewayUrl });
}

const read = (argv: readonly string[]) => parseArgs({ args: [...argv], options, allowPositionals: true });
