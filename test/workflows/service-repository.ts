import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type GithubServer, githubRepository, githubToken } from '../adapters/forge/github-server.ts';
import { type ActEvent, type ActRun, copyForAct, type Following, runAct } from './act.ts';
import { type Inputs, starter } from './starter.ts';
import { root } from './workflow-files.ts';

export const pythonExample = join(root, 'examples/python-service');
export const requirements: readonly string[] = ['requirements.txt', 'requirements-dev.txt'].map((file) => join(pythonExample, file));
export const payloadRepository = { default_branch: 'main', full_name: githubRepository };

/** An example in a repository of its own, with the starter as its workflow. */
export interface ServiceRepository {
  /** Commits on a branch what the change does to the checkout. Answers with the commit. */
  commit(branch: string, change: (checkout: string) => void): string;
  merge(branch: string, into: string): string;
  /** Takes the last commit away again. */
  undo(): void;
  /** Runs the pipeline on what is checked out. */
  run(event: ActEvent, inputs?: Inputs): Promise<ActRun>;
  push(branch: string, inputs?: Inputs): Promise<ActRun>;
}

export interface Surroundings {
  readonly folder: string;
  readonly github: GithubServer;
  /** Folder of an example's files. */
  readonly example: string;
  /** Folder of the language's tools. */
  readonly programs: string;
  /** In the place of the starter's own. */
  readonly inputs: Inputs;
  readonly secrets: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly follow?: Following | undefined;
}

export function serviceRepository({ folder, github, example, programs, inputs, secrets, env, follow }: Surroundings): ServiceRepository {
  const copy = join(folder, 'wf-deploy');
  mkdirSync(copy);
  copyForAct(copy, github.server.url);
  const checkout = join(folder, 'service');
  const repository = repositoryIn(checkout, example, github);
  const run = async (event: ActEvent, more: Inputs = {}): Promise<ActRun> => {
    writeFileSync(join(checkout, '.github/workflows/pipeline.yml'), starter('pipeline.yml', { ...inputs, ...more }));
    const path = [programs, process.env['PATH']].join(delimiter);
    return await runAct({
      repository: checkout,
      copy,
      event,
      secrets: { GITHUB_TOKEN: githubToken, ...secrets },
      env: { ...env, PATH: path },
      follow,
    });
  };
  return {
    ...repository,
    run,
    push: async (branch, more) => {
      repository.checkout(branch);
      return await run({ name: 'push', payload: { ref: `refs/heads/${branch}`, repository: payloadRepository } }, more);
    },
  };
}

/**
 * What the Python example is run with: the machine's own Python, the lab's Prometheus by its address, and Bandit alone. Trivy, the other scanner of
 * the starter, cannot be had here.
 */
export const pythonInputs: Inputs = { 'python-version': undefined, 'prometheus-service': undefined, scanners: 'bandit', upload: 'false' };

function repositoryIn(checkout: string, example: string, github: GithubServer) {
  cpSync(example, checkout, { recursive: true });
  mkdirSync(join(checkout, '.github/workflows'), { recursive: true });
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', checkout, '-c', 'user.name=n', '-c', 'user.email=n@example.com', ...args], { encoding: 'utf8' }).trim();
  // The workflow changes from run to run, by the inputs that a test gives it, and is no part of the tree.
  writeFileSync(join(checkout, '.gitignore'), `${readFileSync(join(checkout, '.gitignore'), 'utf8')}/.github/\n`);
  git('init', '--quiet', '--initial-branch', 'main');
  git('remote', 'add', 'origin', `https://github.com/${githubRepository}.git`);
  const known = (): string => {
    const [commit = '', tree = '', ...parents] = git('show', '--no-patch', '--format=%H %T %P', 'HEAD').split(' ');
    github.repository.commits.set(commit, {
      parents: parents.filter((parent) => parent !== ''),
      tree,
      message: 'A change',
      author: 'octocat',
    });
    return commit;
  };
  git('add', '--all');
  git('commit', '--quiet', '--message', 'first');
  known();
  git('branch', 'develop');
  return {
    checkout: (branch: string): void => void git('checkout', '--quiet', branch),
    commit: (branch: string, change: (folder: string) => void): string => {
      git('checkout', '--quiet', branch);
      change(checkout);
      git('add', '--all');
      git('commit', '--quiet', '--message', `a change on ${branch}`);
      return known();
    },
    undo: (): void => void git('reset', '--quiet', '--hard', 'HEAD^'),
    merge: (branch: string, into: string): string => {
      git('checkout', '--quiet', into);
      git('merge', '--quiet', '--no-ff', '--message', `merge ${branch}`, branch);
      return known();
    },
  };
}
