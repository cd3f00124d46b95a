import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type GithubServer, githubRepository, githubToken } from '../adapters/forge/github-server.ts';
import { type ActRun, copyForAct, runAct } from './act.ts';
import { type Inputs, starter } from './starter.ts';

type Secrets = Readonly<Record<string, string>>;

export interface DispatchRepository {
  readonly checkout: string;
  /**
   * Starts the workflow as a person does who fills its form in.
   * @param more inputs of the workflow that it calls, as its owner may have written them into the starter.
   * @param secrets in the place of the repository's.
   */
  start(form: Readonly<Record<string, string>>, more?: Inputs, secrets?: Secrets): Promise<ActRun>;
  remove(): void;
}

export interface DispatchOptions {
  /** Of examples/workflows. */
  readonly starter: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly secrets: Secrets;
  /** Without it nobody is where GitHub's API would be. */
  readonly github?: GithubServer;
}

/** A repository with a workflow that is started by hand. */
export function dispatchRepository({ starter: name, files = {}, secrets, github }: DispatchOptions): DispatchRepository {
  const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-dispatch-'));
  const copy = join(folder, 'wf-deploy');
  mkdirSync(copy);
  copyForAct(copy, github?.server.url ?? 'http://127.0.0.1:1');
  const checkout = join(folder, 'repository');
  for (const [path, text] of Object.entries({ 'README.md': 'Releases\n', ...files })) {
    mkdirSync(dirname(join(checkout, path)), { recursive: true });
    writeFileSync(join(checkout, path), text);
  }
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', checkout, '-c', 'user.name=n', '-c', 'user.email=n@example.com', ...args], { encoding: 'utf8' }).trim();
  git('init', '--quiet', '--initial-branch', 'main');
  git('remote', 'add', 'origin', `https://github.com/${githubRepository}.git`);
  git('add', '--all');
  git('commit', '--quiet', '--message', 'first');
  github?.repository.commits.set(git('rev-parse', 'HEAD'), { parents: [], tree: git('rev-parse', 'HEAD^{tree}') });
  return {
    checkout,
    start: async (form, more = {}, instead = secrets) => {
      mkdirSync(join(checkout, '.github/workflows'), { recursive: true });
      writeFileSync(join(checkout, '.github/workflows', name), starter(name, more));
      const payload = { inputs: form, ref: 'refs/heads/main', repository: { default_branch: 'main', full_name: githubRepository } };
      return await runAct({
        ...{ repository: checkout, copy, env: {} },
        event: { name: 'workflow_dispatch', payload },
        secrets: { GITHUB_TOKEN: githubToken, ...instead },
      });
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
