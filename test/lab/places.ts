import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

const user = process.getuid?.() ?? 0;

/** Where built tools stay between runs. */
export function cacheRoot(): string {
  const { WF_DEPLOY_CACHE, XDG_CACHE_HOME } = process.env;
  return join(WF_DEPLOY_CACHE || XDG_CACHE_HOME || join(homedir(), '.cache'), 'wf-deploy', 'lab');
}

/** Where each running lab keeps its logs, keys and sockets. */
export function runtimeRoot(): string {
  return join(tmpdir(), `wf-deploy-lab-${user}`);
}
