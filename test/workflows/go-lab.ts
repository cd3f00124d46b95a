import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { type GithubServer, githubServer } from '../adapters/forge/github-server.ts';
import { findGo } from '../lab/go.ts';
import { buildAndPush, type ImageFile } from '../lab/image.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { cacheRoot } from '../lab/places.ts';
import { builtTools } from '../lab/tools.ts';
import { deployExample, type ExampleService } from '../rollout/example-service.ts';
import { builderOf, reachedBy } from './pipeline-lab.ts';
import { type ServiceRepository, serviceRepository } from './service-repository.ts';
import type { Inputs } from './starter.ts';
import { root } from './workflow-files.ts';

const example = join(root, 'examples/service');

/** The repository of the Go example with everything that its pipeline reaches: Go and gotestsum, registry, builder, cluster, GitHub. */
export interface GoLab extends ServiceRepository {
  readonly lab: Lab;
  readonly github: GithubServer;
  readonly staging: ExampleService;
  readonly production: ExampleService;
  readonly image: string;
  stop(): Promise<void>;
}

/**
 * As docs/guides/pipeline.md has it for Go, but for what is brought by the machine: its own Go, and gotestsum as the lab built it, in the place of
 * `go-version` and `install`. Trivy cannot be had here.
 */
const goInputs: Inputs = {
  ...{ service: 'agent', container: 'agent-api', preset: 'go', coverage: 'cover.out' },
  'test-command': '[gotestsum, --junitfile=report.xml, --, -coverprofile=cover.out, ./...]',
  ...{ 'python-version': undefined, install: undefined, 'scan-paths': undefined, 'prometheus-service': undefined },
  ...{ 'postgres-image': '', 'redis-image': '' },
  ...{ skip: 'scan', 'allow-skip': 'scan: Trivy cannot be had here' },
};

export async function startGoLab(name: string): Promise<GoLab> {
  const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-go-pipeline-'));
  const go = await findGo();
  if (go === undefined) throw new Error('There is no Go. `npm run lab -- provision` brings one.');
  const [goRoot = '', cache = ''] = execFileSync(go, ['env', 'GOROOT', 'GOCACHE'], { encoding: 'utf8' }).split('\n');
  const [lab, github] = await Promise.all([startLab({ name, buildkit: true }), githubServer()]);
  const stop = async (): Promise<void> => {
    await Promise.all([lab.stop(), github.server.close()]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const docker = builderOf(lab, folder);
    const [base, staging, production] = await Promise.all([
      pushGo(lab, goRoot),
      deployExample(lab, 'staging', { replicas: 2 }),
      deployExample(lab, 'production', { replicas: 2 }),
    ]);
    const image = `${lab.registry}/example/agent`;
    const kubeconfig = readFileSync(lab.kubeconfig).toString('base64');
    const repository = serviceRepository({
      ...{ folder, github, example },
      programs: [join(goRoot, 'bin'), dirname(builtTools()['gotestsum'] ?? '')].join(delimiter),
      inputs: { ...goInputs, image, 'build-args': `GO=${base}`, ...reachedBy(lab) },
      secrets: { KUBE_CONFIG_STAGING: kubeconfig, KUBE_CONFIG_PRODUCTION: kubeconfig },
      env: { DOCKER_CONFIG: docker, GOCACHE: cache, GOTOOLCHAIN: 'local' },
    });
    return { ...repository, lab, github, staging, production, image, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** An image with what of this machine's Go the example is built with: base images cannot be had in the lab. */
async function pushGo(lab: Lab, goRoot: string): Promise<string> {
  const go = join(goRoot, 'bin/go');
  const environment = { ...process.env, CGO_ENABLED: '0' };
  const run = (...args: readonly string[]) => execFileSync(go, args, { cwd: example, env: environment, encoding: 'utf8' }).trim();
  const packages = run('list', '-deps', '-f', '{{if .Standard}}{{.Dir}}{{end}}', '.').split('\n');
  const tools = run('env', 'GOTOOLDIR');
  const sources = packages
    .filter((folder) => folder !== '')
    .flatMap((folder) => filesIn(folder).filter((name) => !name.endsWith('_test.go')));
  const parts = [
    ...sources,
    // Headers of the assembly, which no package lists.
    ...['pkg/include', 'src/runtime/cgo'].flatMap((folder) => filesIn(join(goRoot, folder)).filter((name) => name.endsWith('.h'))),
    ...['go.env', 'VERSION', 'src/go.mod', 'src/vendor/modules.txt'].map((name) => join(goRoot, name)),
  ];
  const programs = [go, ...['asm', 'compile', 'link'].map((name) => join(tools, name))];
  const at = (path: string): string => `/usr/local/go${path.slice(goRoot.length)}`;
  const warm = warmCache(go);
  const files: ImageFile[] = [
    ...parts.map((from) => ({ path: at(from), from })),
    ...programs.map((from) => ({ path: at(from), from, mode: 0o755 })),
    ...readdirSync(warm, { recursive: true, withFileTypes: true }).flatMap((entry) => {
      const from = join(entry.parentPath, entry.name);
      return entry.isFile() ? [{ path: `/go-cache${from.slice(warm.length)}`, from }] : [];
    }),
    { path: '/tmp/.keep' },
  ];
  const { reference } = await buildAndPush(lab.registry, 'base/go', 'lab', {
    files,
    entrypoint: ['/usr/local/go/bin/go'],
    env: { PATH: '/usr/local/go/bin', GOTOOLCHAIN: 'local', GOCACHE: '/go-cache' },
  });
  return reference;
}

/** Go's standard library as this build needs it: compiled once per version of Go, and not by each builder anew. */
function warmCache(go: string): string {
  const environment = { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local' };
  const version = execFileSync(go, ['env', 'GOVERSION'], { encoding: 'utf8' }).trim();
  const cache = join(dirname(cacheRoot()), 'tools', `go-cache-${version}`);
  const command = ['build', '-trimpath', '-ldflags', '-s -w', '-o', '/dev/null', '.'];
  execFileSync(go, command, { cwd: example, env: { ...environment, GOCACHE: cache }, stdio: 'pipe' });
  return cache;
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [join(folder, entry.name)] : []));
