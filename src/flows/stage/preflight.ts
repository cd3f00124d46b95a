import type { KubernetesObject } from '../../domain/kubernetes/object.ts';
import { templateOf } from '../../domain/kubernetes/pod-template.ts';
import { advice } from '../../domain/rolling/advice.ts';
import type { Change, WorkloadWish } from '../../domain/rolling/change.ts';
import { type Assignment, assignImages } from '../../domain/rolling/image-entries.ts';
import { isSame, type WorkloadRef } from '../../domain/rolling/workload-ref.ts';
import { ownershipFindings, rollingChanges } from '../../domain/rollout/ownership-findings.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import { roleName } from '../../domain/rollout/role.ts';
import { imageText } from '../../domain/units/image.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { refuseHeld } from '../holds.ts';
import { permissionFindings } from '../permissions.ts';
import { preflightFailed } from '../preflight-failed.ts';
import { resolveImage } from '../resolve-image.ts';
import { declaredPort, targetPort } from '../target-port.ts';
import { unfinishedCanary, unfinishedSwitch, unreadableSwitch } from '../unfinished.ts';
import { imagesIn, type StageGround, type Step } from './ground.ts';
import type { UpdatePlan } from './plan.ts';
import { layoutNotes, missingWorkloads, paces, pausedWorkloads, tooLong } from './preflight-checks.ts';
import { type Rehearsed, rehearse } from './rehearse.ts';
import { type Found, type Survey, survey } from './survey.ts';

/**
 * Looks at everything a rolling update needs, rehearses every write, writes nothing, and throws one PREFLIGHT_FAILED with all problems
 * there are.
 */
export async function preflight(world: World, plan: UpdatePlan): Promise<StageGround> {
  const seen = await survey(world, plan);
  const { namespace, found, lease } = seen;
  const { assignments, problems: unassigned } = assignImages(plan.images, templated(found));
  const images = await resolved(world, plan);
  const permissions = permissionFindings(seen, { name: roleName(plan.service, 'stage'), namespace });
  const ownership = ownershipFindings(plan.gitops, rollingChanges(found.map(({ present }) => present)));
  const before = [
    ...seen.problems,
    ...permissions.problems,
    ...missingWorkloads(seen),
    ...unassigned,
    ...images.problems,
    ...ownership.problems,
    ...pausedWorkloads(found),
    ...paces(plan, found),
    ...[unfinishedCanary, unfinishedSwitch, unreadableSwitch].flatMap((left) =>
      left({ service: plan.service, lease, us: world.run.holder }),
    ),
  ];
  // A dry run asks for the same permissions as the write, and what is not there cannot be changed.
  const ready = permissions.problems.length === 0 && missingWorkloads(seen).length === 0;
  const changes = ready ? found.map((each) => ({ ...each, change: changeFor(world, plan, seen, each, assignments, images.texts) })) : [];
  const rehearsed = await Promise.all(changes.map(({ change, present }) => rehearse(world, change, present, plan.conflicts)));
  const steps = changes.flatMap((each, index) => stepOf(each, rehearsed[index]));
  await refuseHeld(world, { service: plan.service, namespace, lease, ...imagesIn(steps) });
  const port = portOf(plan, seen, steps);
  const problems = [
    ...before,
    ...rehearsed.flatMap((each) => (each.is === 'refused' ? [each.problem] : [])),
    ...port.problems,
    ...tooLong(steps),
  ];
  if (problems.length > 0) throw preflightFailed(problems, 'the rolling update');
  return {
    namespace,
    steps,
    key: keyOf(world, plan, seen, images.texts),
    port: port.value,
    lease,
    skipped: seen.skipped,
    warnings: [...permissions.warnings, ...ownership.warnings, ...images.warnings, ...steps.flatMap(adviceFor)],
    notes: [...layoutNotes(seen), ...rehearsed.flatMap((each) => (each.is === 'ready' ? each.notes : []))],
  };
}

/** Workloads with their containers: as the manifest has them, or as they run. */
const templated = (found: readonly Found[]) =>
  found.flatMap(({ workload: ref, manifest, present }) => {
    const object = manifest?.object ?? present;
    return ref === undefined || object === undefined ? [] : [{ ref, object }];
  });

interface Images {
  /** By the text of the input: the same image by digest, where the registry says it. */
  readonly texts: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

async function resolved(world: World, { images }: UpdatePlan): Promise<Images> {
  const distinct = new Map(images.map(({ image }) => [imageText(image), image]));
  const answers = await Promise.all([...distinct].map(async ([key, image]) => [key, await resolveImage(world, image)] as const));
  return {
    texts: new Map(answers.map(([key, { text }]) => [key, text])),
    problems: answers.flatMap(([, { problems }]) => problems),
    warnings: answers.flatMap(([, { warnings }]) => warnings),
  };
}

function changeFor(
  world: World,
  plan: UpdatePlan,
  { found }: Survey,
  { ref, workload, manifest }: Found,
  assignments: readonly Assignment[],
  texts: Images['texts'],
): Change {
  if (workload === undefined) return { do: 'apply', ref, manifest: (manifest as NonNullable<typeof manifest>).object };
  const images = imagesFor(workload, assignments, texts);
  const wish: WorkloadWish = {
    ref: workload,
    images,
    pace: plan.pace,
    digests: new Map([...plan.settings, ...digestsOf(found)]),
    origin: originOf(world, plan, images),
  };
  return manifest === undefined ? { do: 'edit', ref, workload: wish } : { do: 'apply', ref, manifest: manifest.object, workload: wish };
}

const imagesFor = (workload: WorkloadRef, assignments: readonly Assignment[], texts: Images['texts']): Readonly<Record<string, string>> =>
  Object.fromEntries(
    assignments
      .filter(({ ref }) => isSame(ref, workload))
      .map(({ container, entry }) => [container, texts.get(imageText(entry.image)) ?? imageText(entry.image)]),
  );

const digestsOf = (found: readonly Found[]): ReadonlyMap<string, string> =>
  new Map(
    found.flatMap(({ ref, manifest }) =>
      manifest !== undefined && (ref.kind.kind === 'ConfigMap' || ref.kind.kind === 'Secret')
        ? [[`${ref.kind.kind}/${ref.name}`, manifest.digest] as const]
        : [],
    ),
  );

function originOf(world: World, plan: UpdatePlan, images: Readonly<Record<string, string>>): WorkloadWish['origin'] {
  const { page, actor, commit } = world.run;
  const what = Object.entries(images).map(([container, image]) => `${container}=${image}`);
  const generated = `wf-deploy stage: ${what.length === 0 ? 'configuration' : what.join(', ')}${commit === undefined ? '' : ` (commit ${commit.slice(0, 12)})`}`;
  return { changeCause: plan.changeCause ?? generated, run: page, actor };
}

function stepOf({ workload }: Found, rehearsed: Rehearsed | undefined): readonly Step[] {
  if (rehearsed?.is !== 'ready') return [];
  const { step } = rehearsed;
  const waits = workload !== undefined && workload.of.unattended(step.after) === undefined;
  return [{ ...step, workload, waits }];
}

const adviceFor = ({ workload, after }: Step): readonly Problem[] => (workload === undefined ? [] : advice(workload, after));

function portOf(
  plan: UpdatePlan,
  { service }: Survey,
  steps: readonly Step[],
): { readonly value: number | undefined; readonly problems: readonly Problem[] } {
  if (plan.smoke.length === 0 || steps.length === 0) return { value: undefined, problems: [] };
  const asked = steps.find(({ waits }) => waits);
  const behind = (pods: KubernetesObject): number | undefined =>
    service === undefined ? declaredPort(templateOf(pods)) : targetPort(service, pods);
  const value = plan.port ?? (asked === undefined ? undefined : behind(asked.after));
  if (asked !== undefined && value !== undefined) return { value, problems: [] };
  return {
    value: undefined,
    problems: [
      asked === undefined
        ? { what: 'There is no pod that `smoke` could ask: no workload here has pods that are waited for.', remedy: 'Leave `smoke` out.' }
        : {
            what: 'It is not known where the pods listen that `smoke` asks.',
            remedy: 'Give `port`, or containerPort in the pod template.',
          },
    ],
  };
}

/** Two runs with the same key want the same of the same objects. */
const keyOf = (world: World, plan: UpdatePlan, { found }: Survey, texts: Images['texts']): string =>
  world.digest.sha256(
    JSON.stringify([
      plan.images.map(({ container, workload, image }) => [workload?.of.kind.kind, workload?.name, container, texts.get(imageText(image))]),
      found.map(({ ref, manifest }) => [ref.kind.kind, ref.name, manifest?.digest]),
      plan.pace,
      ...(plan.settings.size === 0 ? [] : [[...plan.settings]]),
    ]),
  );
