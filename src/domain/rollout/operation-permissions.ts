import { guardianName } from '../guardian/name.ts';
import { accountKinds } from '../guardian/objects.ts';
import { Deployment, Event, Ingress, Job, Lease, Pod, ReplicaSet, Service } from '../kubernetes/kinds.ts';
import type { Kind, ObjectRef } from '../kubernetes/object.ts';
import type { Application, Router } from '../traffic/router.ts';
import { leaseName } from './lease.ts';
import type { Permission } from './permissions.ts';
import { advisory, asAdvisory, required } from './required.ts';

/** What is done beside a run, and asked for before. `take-back`: what `abort` does where no run is left that could be asked. */
export type Asking = 'pause' | 'resume' | 'promote' | 'abort' | 'take-back' | 'prepare' | 'uninstall' | 'unlock';

export interface OperationNeeds {
  readonly router: Router;
  readonly app: Application;
  readonly deployment: string;
  readonly canaryName: string;
  /** Stable is half changed: no traffic returns to it before it was given its old image and is seen to be well. */
  readonly midPromotion?: boolean;
  /** The kinds of objects that are made for a service, which `uninstall` removes. */
  readonly ours: readonly Kind[];
}

/** What an operation does in the cluster, and no more. `status` only reads, and shows what it may not read as not known. */
export function operationPermissions(what: Asking, needs: OperationNeeds): readonly Permission[] {
  const { router, app, deployment, canaryName, ours, midPromotion = false } = needs;
  const lease = (verbs: readonly string[], why: string): readonly Permission[] => required(app, Lease, verbs, why, leaseName(app.service));
  const routes = (verbs: readonly string[], why: string): readonly Permission[] =>
    router.objects(app).flatMap(({ kind, namespace, name }: ObjectRef) => required({ namespace }, kind, verbs, why, name));
  const deployments = (verbs: readonly string[], why: string): readonly Permission[] =>
    [deployment, canaryName].flatMap((name) => required(app, Deployment, verbs, why, name));
  const mending = midPromotion ? required : advisory;
  const makingLease = required(app, Lease, ['create'], 'make the lock of the service, where there is none');
  switch (what) {
    case 'pause':
    case 'resume':
    case 'promote':
    case 'abort':
      return lease(['get', 'patch'], 'ask the run that holds the lock, and read its answer');
    case 'take-back':
      // Users are on the canary: what is not needed to give them back stops nobody.
      return [
        ...lease(['get', 'update', 'patch'], 'take the lock of the run that is gone'),
        ...routes(['get', 'update'], 'give stable all traffic'),
        ...routes(['watch'], 'see that it is accepted').map(asAdvisory),
        ...mending(app, Deployment, ['get', 'watch', 'patch'], 'give stable its old image where it was changed', deployment),
        ...mending(app, Pod, ['watch'], 'see that stable is well again'),
        ...advisory(app, Deployment, ['get', 'patch'], 'put the canary to rest', canaryName),
        ...advisory(app, Pod, ['list'], 'see the pods that have the traffic'),
        ...advisory(app, Job, ['get', 'delete'], 'dismiss the guardian', guardianName(app.service)),
      ];
    case 'prepare':
      return [
        ...lease(['get', 'update', 'patch'], 'hold the lock meanwhile'),
        ...makingLease,
        ...routes(['get', 'update'], 'add the backend of the canary'),
        ...deployments(['get'], 'see what the two Services have to select'),
        ...serviceNames(app).flatMap((name) => required(app, Service, ['get'], 'see whether it is there', name)),
        ...required(app, Service, ['create'], 'make the Service of the canary'),
        ...(router.kinds.includes(Ingress) ? required(app, Ingress, ['create'], 'make the Ingress of the canary') : []),
      ];
    case 'uninstall':
      return [
        ...lease(['get', 'update', 'patch', 'delete'], 'hold the lock meanwhile, and remove it last'),
        ...makingLease,
        ...routes(['get', 'patch'], 'take our annotation away'),
        ...deployments(['get', 'patch'], 'take our annotation away'),
        ...ours.flatMap((kind) => required(app, kind, ['list', 'delete'], 'remove what was made for the service')),
        ...advisory(app, ReplicaSet, ['list'], 'remove the copies of ConfigMaps and Secrets that no template of stable names any more'),
        ...accountKinds.flatMap((kind) =>
          advisory(app, kind, ['get', 'delete'], "remove the guardian's account, where a run made it", guardianName(app.service)),
        ),
      ];
    case 'unlock':
      return [
        ...lease(['get', 'update', 'patch'], 'take the lock and give it away'),
        ...advisory(app, Event, ['create'], 'say in an Event why'),
      ];
  }
}

const serviceNames = (app: Application): readonly string[] => [
  app.stableService ?? app.service,
  ...(app.subsets === undefined ? [app.canaryService] : []),
];
