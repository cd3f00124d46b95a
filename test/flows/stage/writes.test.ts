import { describe, expect, it } from '@jest/globals';
import { Deployment } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { executeStage } from '../../../src/flows/stage/execute.ts';
import { lineOf } from '../line.ts';
import { leaseOf } from '../rollback/shop.ts';
import type { Stage } from '../stand-ins.ts';
import { deployPlan, imageNow, next, shop, sick } from './shop.ts';

it('a way back that comes back from a gap in the network takes nothing back that its successor has finished', async () => {
  const on = shop();
  const line = lineOf(on.world);
  const { reacting } = on.cluster;
  // The pods take their time, so that there is something to cancel.
  on.cluster.reacting = (object) => {
    if (object.kind === 'Deployment') void on.clock.sleep(5).then(() => on.cancel('SIGINT'));
    if (object.kind === 'Lease' && leaseOf(on).rolling?.phase === 'returning') line.cut();
  };
  const successor = async (): Promise<unknown> => {
    await line.isCut;
    on.cluster.reacting = reacting;
    await on.clock.sleep(70);
    // Between the two, their pods came.
    const result = await executeStage(deployPlan(), shop({ holder: 'run-2' }, on).world);
    line.mend();
    return result;
  };
  const [first, second] = await on.clock.until(Promise.all([executeStage(deployPlan(), line.world), successor()]));
  expect(second).toMatchObject({ outcome: 'promoted' });
  expect(first).toMatchObject({ outcome: 'unknown', code: 'LOCK_LOST' });
  expect(imageNow(on)).toBe(next);
});

const hotfix = `agent@sha256:${'5'.repeat(64)}`;

/** As `kubectl set image` does it. */
const setHotfix = (on: Stage): void => {
  const now = JSON.stringify(on.cluster.find(Deployment, 'agent'));
  on.cluster.reacting(on.cluster.put(Deployment, JSON.parse(now.replaceAll(/agent@sha256:[0-9a-f]{64}/g, hotfix)) as KubernetesObject));
};

describe('a hotfix that somebody sets in the middle', () => {
  const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: agent }
spec:
  selector: { matchLabels: { app: agent } }
  template:
    metadata: { labels: { app: agent } }
    spec: { containers: [{ name: api, image: "${next}", ports: [{ containerPort: 8080 }] }] }
`;

  it.each([
    ['an image', {}, { images: `api: ${next}` }],
    ['a manifest', { config: manifest }, { manifests: 'config.yaml', conflicts: 'force' }],
  ])('is not written over by %s that was looked at before', async (_, settings, inputs) => {
    const on = shop(settings);
    const { reacting } = on.cluster;
    on.cluster.reacting = (object) => {
      reacting(object);
      if (object.kind === 'Secret') setHotfix(on);
    };
    expect(await on.clock.until(executeStage(deployPlan(inputs), on.world))).toMatchObject({ outcome: 'unknown', code: 'DRIFT' });
    expect(imageNow(on)).toBe(hotfix);
  });

  it.each([
    ['became available', hotfix],
    ['crashes', sick],
  ])('while pods are waited for, and that %s, says nothing of the image that was rolled out', async (_, image) => {
    const on = shop();
    const { reacting } = on.cluster;
    let isSet = false;
    on.cluster.reacting = (object) => {
      if (object.kind !== 'Deployment' || isSet) return reacting(object);
      isSet = true;
      const changed = JSON.stringify(object).replaceAll(next, image);
      void on.clock.sleep(2).then(() => reacting(on.cluster.put(Deployment, JSON.parse(changed) as KubernetesObject)));
    };
    expect(await on.clock.until(executeStage(deployPlan(), on.world))).toMatchObject({ outcome: 'unknown', code: 'DRIFT' });
    expect(imageNow(on)).toBe(image);
    expect([leaseOf(on).lastKnownGood, leaseOf(on).holds]).toEqual([undefined, undefined]);
  });
});
