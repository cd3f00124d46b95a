import { selectorOf, selects } from '../../domain/kubernetes/labels.ts';
import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { deploymentSpec, type PodTemplate } from '../../domain/kubernetes/workload.ts';
import { manifestPermissions } from '../../domain/manifests/permissions.ts';
import { mostUndoText } from '../../domain/manifests/record.ts';
import { fingerprintOf, type NewTemplate, newTemplate, type Release, withImage } from '../../domain/manifests/release.ts';
import { selectManifests } from '../../domain/manifests/selection.ts';
import { midPromotion } from '../../domain/rollout/begin.ts';
import { isOurs } from '../../domain/rollout/canary-deployment.ts';
import { containerOf, imageOf } from '../../domain/rollout/container-image.ts';
import type { LeaseView } from '../../domain/rollout/lease.ts';
import type { Findings, Problem } from '../../domain/rollout/problem.ts';
import { roleName } from '../../domain/rollout/role.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { accountText, permissionsText, type Rights, rightsOf, wholeRole } from '../permissions.ts';
import { readManifests } from './manifests.ts';
import type { CanaryPlan } from './plan.ts';
import type { Survey } from './survey.ts';

export interface ManifestFindings extends Findings {
  /** What stable shall run, where manifests are given and can be used. */
  readonly next?: NewTemplate;
  readonly notes: readonly string[];
}

/** What of the manifests is rolled out, and what is left alone. Reads files only. */
export async function manifestFindings(
  world: World,
  plan: CanaryPlan,
  found: Survey,
  stable: KubernetesObject | undefined,
  image: string,
): Promise<ManifestFindings> {
  if (plan.manifests.length === 0 || stable === undefined) return { problems: [], warnings: [], notes: [] };
  const { namespace } = found.app;
  const written = await readManifests(world, plan.manifests);
  if (written.problems.length > 0) return { problems: written.problems, warnings: [], notes: [] };
  const { template, configs, skipped, problems } = selectManifests(written.objects, { namespace, stableName: plan.stableDeployment });
  if (template === undefined) return { problems, warnings: [], notes: [] };
  const wanted = withTemplate(stable, template);
  const container = containerOf(wanted, plan.container);
  const next = container.ok
    ? newTemplate(template, configs, { service: plan.service, namespace, container: container.value, image, stable })
    : undefined;
  const rights = await rightsOf(world, next === undefined ? [] : manifestPermissions(namespace, next.copies));
  return {
    problems: [
      ...(rights.denied.length === 0 ? [] : [forbidden(plan, namespace, rights)]),
      ...(container.ok ? [] : [{ what: `\`manifests\`: \`container\` ${container.problem}.`, remedy: container.remedy }]),
      ...problems,
      ...unfit(stable, template),
      ...usersCanary(plan, found),
      ...tooLarge(stable),
    ],
    warnings: skipped.length === 0 ? [] : [leftAlone(skipped)],
    ...(next === undefined ? {} : { next }),
    notes:
      next === undefined
        ? []
        : [`The canary and then stable get the whole pod template of the manifests (${next.fingerprint}).`, ...copied(next)],
  };
}

const forbidden = ({ service }: CanaryPlan, namespace: string, rights: Rights): Problem => ({
  what: `The configuration in \`manifests\` cannot be written: ${permissionsText(rights.denied)}.`,
  remedy: `Leave the ConfigMaps and Secrets out of \`manifests\`, or let an administrator grant this to ${accountText(rights)}:`,
  yaml: wholeRole(rights, { name: roleName(service, 'manifests'), namespace }),
});

const copied = ({ copies }: NewTemplate): readonly string[] =>
  copies.map(({ kind, metadata }) => `Its ${kind} is written as ${metadata.name}: nothing that stable uses is written over.`);

export const withTemplate = (deployment: KubernetesObject, template: PodTemplate): KubernetesObject => ({
  ...deployment,
  spec: { ...deploymentSpec(deployment), template },
});

/** The selector of a Deployment that is there cannot be changed: its pods have to fit it. */
function unfit(stable: KubernetesObject, { metadata }: PodTemplate): readonly Problem[] {
  if (selects(selectorOf(stable), metadata?.labels ?? {})) return [];
  return [
    {
      what: `\`manifests\`: the pods of Deployment ${stable.metadata.name} would not have the labels that the Deployment in the cluster selects by.`,
      remedy: 'Keep these labels in the template: the selector of a Deployment that is there cannot be changed.',
    },
  ];
}

const usersCanary = ({ canaryDeployment, service }: CanaryPlan, { canary }: Survey): readonly Problem[] =>
  canary === undefined || isOurs(canary, service)
    ? []
    : [
        {
          what: `\`manifests\` are given, and Deployment ${canaryDeployment} is your own: only its image would be changed, and not its template.`,
          remedy: 'Delete it while it has no traffic, so that wf-deploy makes the canary from the manifests, or leave `manifests` out.',
        },
      ];

function tooLarge(stable: KubernetesObject): readonly Problem[] {
  const { length } = JSON.stringify(deploymentSpec(stable).template ?? {});
  if (length <= mostUndoText) return [];
  return [
    {
      what: `The pod template of Deployment ${stable.metadata.name} has ${length} characters, and ${mostUndoText} fit into the Lease that holds the way back.`,
      remedy: 'Move what makes it large into a ConfigMap, or roll out the image without `manifests`.',
    },
  ];
}

const mostNamed = 20;

function leftAlone(skipped: readonly string[]): Problem {
  const more = skipped.length > mostNamed ? `, and ${skipped.length - mostNamed} more` : '';
  return {
    what: `Left as they are in the cluster: ${skipped.slice(0, mostNamed).join(', ')}${more}.`,
    remedy:
      "A rollout takes the Deployment's pod template and the ConfigMaps and Secrets that it names. Apply the others in a step of their own.",
  };
}

/** What stable runs, and what it gets back. In the middle of a promotion its own template is not the way back. */
export interface Past {
  readonly container: string;
  readonly previousImage: string;
  /** Stable as it was before any rollout that is not over. */
  readonly base: KubernetesObject;
  /** What stable runs only because of a rollout that broke off. */
  readonly broken: readonly Release[];
  /** Where a template was, or will be, changed: the one to give back. */
  readonly previousTemplate: PodTemplate | undefined;
}

export function pastOf(stable: KubernetesObject, container: string, lease: LeaseView | undefined, next: NewTemplate | undefined): Past {
  const record = lease?.rollout !== undefined && midPromotion(lease.rollout.phase) ? lease.rollout : undefined;
  const undo = record === undefined ? undefined : lease?.template?.undo;
  const present = deploymentSpec(stable).template ?? {};
  const previousImage = record?.previousImage ?? imageOf(stable, container) ?? '';
  const before = undo?.previous ?? (record === undefined ? present : withImage(present, container, previousImage));
  return {
    container,
    previousImage,
    base: withTemplate(stable, before),
    broken: record === undefined ? [] : [{ image: record.image, ...(undo === undefined ? {} : { template: undo.fingerprint }) }],
    previousTemplate: next === undefined && undo === undefined ? undefined : before,
  };
}

/** Whether stable runs this release already. */
export const runsAlready = (stable: KubernetesObject, next: NewTemplate | undefined): boolean =>
  next === undefined || fingerprintOf(deploymentSpec(stable).template) === next.fingerprint;
