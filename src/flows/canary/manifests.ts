import { ConfigMap, ReplicaSet, Secret } from '../../domain/kubernetes/kinds.ts';
import type { ObjectRef } from '../../domain/kubernetes/object.ts';
import { deploymentSpec } from '../../domain/kubernetes/workload.ts';
import { type ConfigName, referencesOf } from '../../domain/manifests/references.ts';
import { objectsIn, type Written } from '../../domain/manifests/written.ts';
import type { Problem } from '../../domain/rollout/problem.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../ports/worlds/cluster.ts';
import { remove } from '../remove.ts';
import { wrote } from '../writing.ts';
import { canaryRef, recordTemplate, type Session, stableRef } from './session.ts';
import { podLabelsOf } from './survey.ts';

const mostFiles = 200;
const mostBytes = 1_048_576;
/** Of all files together. */
const mostObjects = 2000;

/** All objects of the files. What cannot be read or understood is a problem, each once. */
export async function readManifests({ files }: Pick<World, 'files'>, patterns: readonly string[]): Promise<Written> {
  const objects: Written['objects'][number][] = [];
  const problems: Problem[] = [];
  for (const pattern of patterns) {
    await collecting(problems, async () => {
      const found = await files.find(pattern);
      const wanted = found.length === 1 && found[0] === pattern ? found : found.filter((path) => /\.(ya?ml|json)$/.test(path));
      if (wanted.length === 0) problems.push(nothing(pattern));
      if (wanted.length > mostFiles) problems.push(tooMany(pattern, `${wanted.length} files`, mostFiles));
      for (const path of wanted.slice(0, mostFiles)) {
        await collecting(problems, async () => {
          const read = objectsIn(await files.documents(path, mostBytes), path);
          objects.push(...read.objects);
          problems.push(...read.problems);
        });
      }
    });
  }
  if (objects.length > mostObjects) problems.push(tooMany(patterns.join(', '), `${objects.length} objects`, mostObjects));
  return { objects, problems: problems.slice(0, 20) };
}

async function collecting(problems: Problem[], read: () => Promise<void>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'FILE_UNREADABLE')) throw error;
    problems.push({ what: `\`manifests\`: ${error.what}`, remedy: error.remedy });
  }
}

const nothing = (pattern: string): Problem => ({
  what: `\`manifests\`: ${pattern} stands for no file that ends in .yaml, .yml or .json.`,
  remedy: 'Give a file, a folder or a pattern relative to the workspace, one a line, and check out or render it in an earlier step.',
});

const tooMany = (pattern: string, what: string, most: number): Problem => ({
  what: `\`manifests\`: ${pattern} stands for ${what}, and at most ${most} are read.`,
  remedy: 'Give the manifests of this service alone.',
});

const kinds = { ConfigMap, Secret } as const;

/**
 * The configuration of the new template, before anything names it. In the Lease first: what it is called, so that it is taken away again,
 * and stable's template, so that it can be given back. A run without manifests only takes note that an earlier one has ended.
 */
export async function layTemplate(session: Session, signal: AbortSignal): Promise<void> {
  const { world, ground } = session;
  const { next, previousTemplate } = ground;
  if (next === undefined || previousTemplate === undefined) {
    if (session.template.undo !== undefined) await recordTemplate(session, { copies: session.template.copies });
    return;
  }
  const made = next.copies.map(({ kind, metadata }): ConfigName => ({ kind: kind as ConfigName['kind'], name: metadata.name }));
  const others = session.template.copies.filter((copy) => !made.some((each) => isSame(each, copy)));
  await recordTemplate(session, { copies: [...others, ...made], undo: { fingerprint: next.fingerprint, previous: previousTemplate } });
  for (const object of next.copies) {
    const kind = kinds[object.kind as ConfigName['kind']];
    await world.cluster.write({ do: 'apply', ref: { kind, namespace: ground.app.namespace, name: object.metadata.name }, object }, signal);
    wrote(session, `${object.kind} ${object.metadata.name}`);
  }
}

const isSame = (one: ConfigName, other: ConfigName): boolean => one.kind === other.kind && one.name === other.name;

/** The configuration of stable and of the templates that it could be rolled back to. `undefined`: there is no stable that could say so. */
export async function configurationInUse({ cluster }: World, stable: ObjectRef): Promise<readonly ConfigName[] | undefined> {
  const found = await cluster.get(stable);
  if (found === undefined) return undefined;
  const replicaSets = await cluster.list(ReplicaSet, stable.namespace, { labels: podLabelsOf(found) });
  return [found, ...replicaSets].flatMap((owner) => referencesOf(deploymentSpec(owner).template ?? {}));
}

/**
 * Takes away the copies that neither stable nor one of the templates it could be rolled back to uses, nor a canary that keeps pods at rest.
 * Answers with those that stay.
 */
export async function pruneCopies(session: Session): Promise<readonly ConfigName[]> {
  const { world, ground, template } = session;
  const { namespace } = ground.app;
  if (template.copies.length === 0) return [];
  const [ofStable, canary] = await Promise.all([configurationInUse(world, stableRef(session)), world.cluster.get(canaryRef(session))]);
  if (ofStable === undefined) return template.copies;
  const { replicas = 1, template: pods = {} } = canary === undefined ? { replicas: 0 } : deploymentSpec(canary);
  const used = replicas === 0 ? ofStable : [...ofStable, ...referencesOf(pods)];
  const kept = template.copies.filter((copy) => used.some((each) => isSame(each, copy)));
  for (const { kind, name } of template.copies.filter((copy) => !kept.includes(copy))) {
    if (await remove(world, { kind: kinds[kind], namespace, name })) wrote(session, `${kind} ${name} deleted`);
  }
  return kept;
}
