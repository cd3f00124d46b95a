import { orderProblems, type Part } from '../../domain/fleet/part-order.ts';
import type { ImageEntry } from '../../domain/rolling/image-entries.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { Log } from '../../ports/log.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { noLineage } from '../lineage/fields.ts';
import type { SmokeCheck } from '../smoke.ts';
import type { UpdatePlan } from '../stage/plan.ts';
import { knowingRules } from './known-rules.ts';
import type { DeployPlan } from './plan.ts';
import type { WishedPart } from './preflight.ts';
import type { ReleaseFile, ServiceWish } from './release-file.ts';
import type { Target } from './target.ts';

/** The parts of a release, the settings before all others. */
export const partsOf = (file: ReleaseFile): readonly Part[] => [
  ...(file.config.length === 0 ? [] : [{ name: file.name, needs: [], settings: true }]),
  ...file.services.map(({ name, needs }) => ({ name, needs, settings: false })),
];

/** What about the services makes no release. The release has a Lease of its own, so its name is nobody else's. */
export function partProblems(file: ReleaseFile): readonly Problem[] {
  const names = file.services.map(({ name }) => name);
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  const own = names.includes(file.name)
    ? [
        {
          what: `The release and one of its services are both called \`${file.name}\`.`,
          remedy: 'Give the release a name of its own: it has a lock too.',
        },
      ]
    : [];
  return [
    ...twice.map((name) => ({ what: `Service \`${name}\` is in the release twice.`, remedy: 'Keep one of them.' })),
    ...own,
    ...orderProblems(partsOf(file).filter(({ settings }) => !settings)),
  ];
}

export interface Wishing {
  readonly plan: DeployPlan;
  readonly file: ReleaseFile;
  readonly images: ReadonlyMap<string, readonly ImageEntry[]>;
  /** Of `config`, by `Kind/name`. */
  readonly settings: ReadonlyMap<string, string>;
  readonly cancellation: Cancellation;
  /** A part is about to say in its Lease that it stays. */
  readonly keeps: (cluster: string, part: string) => void;
}

/** Every part of the release in one cluster, as a rolling update of its own, with the world that it sees. */
export function wishedParts(wishing: Wishing, target: Target, named: boolean): readonly WishedPart[] {
  const { file } = wishing;
  const cluster = knowingRules(target.world.cluster, target.namespace);
  return partsOf(file).map((part) => {
    const service = file.services.find(({ name }) => name === part.name && !part.settings);
    const world: World = {
      ...target.world,
      cluster,
      cancellation: wishing.cancellation,
      log: prefixed(target.world.log, `${named ? `${target.name} ` : ''}${part.name}: `),
      // The release tells of its ending, asks the registries and hands over as a whole.
      notifiers: [],
      handover: {
        save: ({ decision }) => {
          if (decision === 'keep') wishing.keeps(target.name, part.name);
        },
      },
      registry: {
        resolve: ({ digest }) =>
          Promise.resolve(digest === undefined ? { is: 'not-checked', reason: 'it was asked before' } : { is: 'found', digest }),
        labels: (image, signal) => target.world.registry.labels(image, signal),
      },
      // The commit of a release is not that of its services: it says nothing about which of their versions is the newer one.
      run: { ...target.world.run, commit: undefined },
      forge: undefined,
    };
    return { part, plan: stagePlanOf(wishing, target, part, service), world };
  });
}

function stagePlanOf({ plan, file, images, settings }: Wishing, target: Target, part: Part, service: ServiceWish | undefined): UpdatePlan {
  const version = plan.version === undefined ? '' : ` ${plan.version}`;
  return {
    operation: 'deploy',
    service: part.name,
    namespace: target.namespace,
    workloads: part.settings ? [] : service?.workloads,
    images: images.get(part.name) ?? [],
    manifests: part.settings ? file.config : (service?.manifests ?? []),
    conflicts: plan.conflicts,
    pace: { maxSurge: undefined, maxUnavailable: undefined },
    smoke: service === undefined ? [] : checksOf(service),
    port: service?.port,
    changeCause: plan.changeCause ?? `wf-deploy deploy: ${file.name}${version}`,
    settings: part.settings ? new Map() : settings,
    // Which commit is newer is decided by the pipelines of the services.
    lineage: noLineage,
    notifyOn: 'failure',
    environment: plan.environment,
    rolloutTimeout: plan.rolloutTimeout,
    lockTimeout: plan.lockTimeout,
    leaseDuration: plan.leaseDuration,
    gitops: plan.gitops,
    dryRun: plan.dryRun,
  };
}

/** Health first: it is what the others rest on. */
const checksOf = ({ health, smoke }: ServiceWish): readonly SmokeCheck[] => [
  ...(health === undefined
    ? []
    : [{ kind: 'http' as const, path: health, status: 200, contains: undefined, headers: {}, timeoutSeconds: 5, attempts: 5 }]),
  ...smoke,
];

/** Many speak at once: each line says of whom it is. */
export const prefixed = (log: Log, prefix: string): Log => ({
  line: (text) => log.line(text.replace(/^/gm, prefix)),
  debug: (text) => log.debug(`${prefix}${text}`),
  annotate: (...annotation) => log.annotate(...annotation),
});
