import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type GithubServer, githubServer } from '../adapters/forge/github-server.ts';
import { must } from '../lab/command.ts';
import { buildAndPush } from '../lab/image.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { pythonPrograms } from '../tools/python.ts';
import type { Following } from './act.ts';
import { builderOf, reachedBy } from './pipeline-lab.ts';
import { pythonExample as example, pythonInputs, requirements, type ServiceRepository, serviceRepository } from './service-repository.ts';

const service = 'agent-memory';

/** The repository of the Python example with everything that its pipeline reaches: registry, builder, clusters, GitHub. */
export interface PythonLab extends ServiceRepository {
  readonly lab: Lab;
  readonly github: GithubServer;
  readonly image: string;
  /** Of production, at the gateway. */
  readonly host: string;
  /** What stable runs in a namespace. */
  running(namespace: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startPythonLab(name: string, follow?: Following): Promise<PythonLab> {
  const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-pipeline-'));
  const programs = await pythonPrograms(requirements);
  const [lab, github] = await Promise.all([startLab({ name, buildkit: true }), githubServer()]);
  const stop = async (): Promise<void> => {
    await Promise.all([lab.stop(), github.server.close()]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await prepare(lab, github, folder, programs, follow)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function prepare(
  lab: Lab,
  github: GithubServer,
  folder: string,
  programs: string,
  follow: Following | undefined,
): Promise<Omit<PythonLab, 'stop'>> {
  const docker = builderOf(lab, folder);
  const environment = { ...process.env, DOCKER_CONFIG: docker };
  const base = await pushBase(lab, programs);
  const image = `${lab.registry}/example/agent`;
  const first = `${image}:first`;
  const build = ['docker', 'buildx', 'build', '--push', '--provenance=false', '--tag', first, '--build-arg', `BASE=${base}`, example];
  await must(build, { environment });
  await Promise.all(['staging', 'production'].map((namespace) => deploy(lab, namespace, first)));
  const kubeconfig = readFileSync(lab.kubeconfig).toString('base64');
  const repository = serviceRepository({
    ...{ folder, github, example, programs, follow, env: { DOCKER_CONFIG: docker } },
    inputs: { ...pythonInputs, image, 'build-args': `BASE=${base}`, ...reachedBy(lab) },
    secrets: { KUBE_CONFIG_STAGING: kubeconfig, KUBE_CONFIG_PRODUCTION: kubeconfig },
  });
  const deployment = (namespace: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: service });
  return {
    ...{ ...repository, lab, github, image, host: `production.${service}.test` },
    running: async (namespace) => (await lab.client.get(deployment(namespace)))['spec'].template.spec.containers[0].image,
  };
}

async function pushBase(lab: Lab, programs: string): Promise<string> {
  const listed = await must([join(programs, 'python'), join(import.meta.dirname, 'base-image.py'), join(example, 'requirements.txt')]);
  const pairs = (JSON.parse(listed.toString()) as readonly [path: string, from: string][]).filter(([, from]) => existsSync(from));
  const { reference } = await buildAndPush(lab.registry, 'base/python', 'lab', {
    files: [
      ...pairs.map(([path, from]) =>
        from === '/dev/null' ? { path, data: '' } : { path, from, mode: /\/bin\/|\.so(?:\.|$)|ld-linux/.test(path) ? 0o755 : 0o644 },
      ),
      { path: '/tmp/.keep' },
    ],
    entrypoint: ['/usr/local/bin/python'],
    env: { PATH: '/usr/local/bin' },
  });
  return reference;
}

/**
 * With patience: a machine that stands still for a moment must not have healthy pods restarted, and the gateway, which hears of a pod's end within two
 * seconds, may be later.
 */
const manifest = (file: string, image: string): string =>
  readFileSync(join(example, 'manifests', file), 'utf8')
    .replaceAll('${IMAGE}', image)
    .replace(/timeoutSeconds: \d+/g, 'timeoutSeconds: 10')
    .replace('time.sleep(5)', 'time.sleep(12)');

async function deploy(lab: Lab, namespace: string, image: string): Promise<void> {
  await lab.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  for (const file of ['service.yaml', 'route.yaml'])
    for (const document of parseAllDocuments(manifest(file, image))) {
      const object = document.toJS() as Record<string, Record<string, unknown>>;
      object['metadata'] = { ...object['metadata'], namespace };
      if (String(object['kind']) === 'Deployment') object['spec'] = { ...object['spec'], replicas: 2 };
      if (String(object['kind']) === 'HTTPRoute') object['spec'] = { ...object['spec'], hostnames: [`${namespace}.${service}.test`] };
      await lab.client.apply(object);
    }
  await lab.client.waitForRollout(namespace, service, 300);
  await lab.client.waitForRoute(namespace, service);
}
