import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { shown } from '../../domain/units/shown.ts';
import type { SourceTree } from '../../ports/source-tree.ts';

const run = promisify(execFile);
const mostShown = 5;

/** By git, as it is on PATH. It is told to trust the workspace, which a job in a container gets from another user, and no other folder. */
export function gitSourceTree(root: string, environment: Readonly<Record<string, string | undefined>>): SourceTree {
  const git = async (...args: readonly string[]): Promise<string> => {
    const options = { env: { ...environment, GIT_OPTIONAL_LOCKS: '0' }, maxBuffer: 64 * 1024 * 1024, timeout: 60_000 };
    return (await run('git', ['-C', root, '-c', `safe.directory=${root}`, ...args], options)).stdout;
  };
  return {
    async read() {
      try {
        const [commit = '', tree = '', seconds = '', at = ''] = (await git('show', '--no-patch', '--format=%H %T %ct %cI', 'HEAD'))
          .trim()
          .split(' ');
        if (!/^[0-9a-f]{40,64}$/.test(commit) || !/^[0-9a-f]{40,64}$/.test(tree)) return undefined;
        const lines = (await git('status', '--porcelain', '-z', '--ignored', '--untracked-files=normal'))
          .split('\0')
          .filter((line) => line !== '');
        return {
          commit,
          tree,
          committed: { at, seconds: Number(seconds) },
          beside: lines.slice(0, mostShown).map((line) => shown(line.slice(3), 100)),
          moreBeside: Math.max(0, lines.length - mostShown),
        };
      } catch (problem) {
        if (isAnswer(problem)) return undefined;
        throw problem;
      }
    },
  };
}

/** git that is not there, or that says no: what is not a checkout is built all the same. */
const isAnswer = (problem: unknown): boolean =>
  typeof problem === 'object' && problem !== null && ('code' in problem || 'killed' in problem);
