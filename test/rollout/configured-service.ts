import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Lab } from '../lab/lab.ts';
import { deployExample, type ExampleService, manifests } from './example-service.ts';

// Kubernetes' own shapes, as plain JSON.
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind.
type Plain = any;

type Environment = Readonly<Record<string, string>>;

const config = (namespace: string, environment: Environment) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'agent-settings', namespace },
  data: environment,
});

export const configured = (object: Plain): void => {
  if (object.kind !== 'Deployment') return;
  for (const container of object.spec.template.spec.containers) container.envFrom = [{ configMapRef: { name: 'agent-settings' } }];
};

/** The example service with its settings in a ConfigMap, `LABEL: old` at first. */
export async function deployConfigured(lab: Lab, namespace: string): Promise<ExampleService> {
  await bringSettings(lab, namespace);
  return await deployExample(lab, namespace, { replicas: 3, change: configured });
}

/** The namespace, with the settings that its Deployments name. */
export async function bringSettings(lab: Lab, namespace: string): Promise<void> {
  await lab.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await lab.client.apply(config(namespace, { LABEL: 'old' }));
}

/** All manifests of the service with other settings, as a file of the workspace. Answers with its path there. */
export async function manifestsWith(workspace: string, { namespace }: ExampleService, environment: Environment): Promise<string> {
  const objects: Plain[] = await manifests('ignored:tag');
  objects.forEach(configured);
  const file = `${namespace}-${Object.values(environment).join('-')}.yaml`;
  const all = [
    config(namespace, environment),
    ...objects.map((object: Plain) => ({ ...object, metadata: { ...object.metadata, namespace } })),
  ];
  writeFileSync(join(workspace, file), all.map((object) => stringify(object)).join('---\n'));
  return file;
}

/** The ConfigMap that a Deployment reads. */
export async function settingsOf(
  { lab, namespace }: ExampleService,
  name: string,
): Promise<{ readonly name: string; readonly data: Plain } | undefined> {
  const deployment = await lab.client.find({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name });
  const named = deployment?.['spec'].template.spec.containers[0].envFrom?.[0].configMapRef.name as string | undefined;
  if (named === undefined) return undefined;
  return { name: named, data: (await lab.client.find({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: named }))?.['data'] };
}
