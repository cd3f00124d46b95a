import { afterAll, expect, it } from '@jest/globals';
import { startLab } from '../lab/lab.ts';
import { deployExample } from '../rollout/example-service.ts';
import { storyOf } from '../rollout/story.ts';
import { runStage, workspaceWith } from './stage-runs.ts';

const starting = startLab({ name: 'rolling-first' });
afterAll(async () => (await starting).stop());

it('works', async () => {
  const app = await deployExample(await starting, 'one', { replicas: 3 });
  const image = await app.version('good');
  const run = await runStage(app, { images: `agent-api: ${image}`, smoke: '- http: /health', 'change-cause': 'first' });
  console.log(run.log, run.outputs, await storyOf(app));
  const crash = await app.version('crash', { CRASH_AFTER: '1s' });
  const second = await runStage(app, { images: `agent-api: ${crash}` });
  console.log(second.log, second.outputs);
  const folder = workspaceWith({ 'k8s/config.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: agent-config\ndata:\n  A: "1"\n' });
  const third = await runStage(app, { manifests: 'k8s', images: `agent-api: ${image}` }, { folder });
  console.log(third.log, third.outputs);
  for (const operation of ['status', 'history', 'undo', 'restart', 'pause', 'resume']) {
    const it = await runStage(app, { operation });
    console.log(it.log, it.outputs);
  }
  expect(1).toBe(1);
}, 300_000);
