import { runMain, runPost } from './runner/actions.ts';

/** Every action, loaded only when it is the one that runs. */
const flows = {
  build: () => import('./flows/build/index.ts'),
  'blue-green': () => import('./flows/blue-green/index.ts'),
  canary: () => import('./flows/canary/index.ts'),
  cluster: () => import('./flows/cluster/index.ts'),
  deploy: () => import('./flows/deploy/index.ts'),
  evidence: () => import('./flows/evidence/index.ts'),
  lint: () => import('./flows/lint/index.ts'),
  promote: () => import('./flows/promote/index.ts'),
  rollback: () => import('./flows/rollback/index.ts'),
  stage: () => import('./flows/stage/index.ts'),
  strategy: () => import('./flows/strategy/index.ts'),
  test: () => import('./flows/test/index.ts'),
  scan: () => import('./flows/scan/index.ts'),
} as const;

export type ActionName = keyof typeof flows;
export const actionNames = Object.keys(flows) as readonly ActionName[];
export const loadFlow = async (name: ActionName) => (await flows[name]()).flow;

export async function act(name: ActionName): Promise<void> {
  await runMain(await loadFlow(name));
}

export async function after(name: ActionName): Promise<void> {
  await runPost(await loadFlow(name));
}

/** Not an action: what Kubernetes clients start for a token. */
export async function credential(): Promise<void> {
  const { printCredential } = await import('./credential/main.ts');
  await printCredential();
}
