import { describe, expect, it } from '@jest/globals';
import { Deployment, Pod } from '../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes/object.ts';
import { awaitWorkload } from '../../src/flows/await-workload.ts';
import { ref } from '../domain/rolling/objects.ts';
import { imageNow, next, shop, sick } from './stage/shop.ts';
import type { Stage } from './stand-ins.ts';

const now = ({ cluster }: Stage): KubernetesObject => cluster.find(Deployment, 'agent') as KubernetesObject;

const other = `agent@sha256:${'4'.repeat(64)}`;

/** Gives the Deployment another image, and waits for it. */
async function rolled(on: Stage, image: string, seconds = 60) {
  const changed = JSON.parse(JSON.stringify(now(on)).replaceAll(imageNow(on) ?? '', image)) as KubernetesObject;
  const workload = await on.world.cluster.write({
    do: 'replace',
    ref: { kind: Deployment, namespace: 'shop', name: 'agent' },
    object: changed,
  });
  const told: string[] = [];
  const awaited = await on.clock.until(
    awaitWorkload(on.world, { namespace: 'shop', ref: ref('deployment'), workload, seconds, onProgress: (text) => told.push(text) }),
  );
  return { awaited, told };
}

describe('a workload', () => {
  it('is available with the pods of its newest revision, and no others', async () => {
    const on = shop();
    on.cluster.put(Pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'stray', labels: { app: 'agent' } },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    });
    const { awaited } = await rolled(on, next);
    expect(awaited).toMatchObject({ is: 'available', pods: [{}, {}] });
  });

  it('that crashes ends the wait after a few seconds, and says why', async () => {
    const on = shop();
    const began = on.clock.monotonic();
    const { awaited, told } = await rolled(on, sick, 300);
    expect(awaited).toMatchObject({
      is: 'failed',
      what: expect.stringContaining('ends again and again'),
      diagnosis: { cause: 'crash-loop' },
    });
    expect(on.clock.monotonic() - began).toBeLessThan(15);
    expect(told).toContain('waiting for 1 of 2 pods to be started with the newest template');
  });

  it('that somebody else gives another image is not the one that is waited for, and says what it runs', async () => {
    const on = shop();
    const { reacting } = on.cluster;
    let once = true;
    on.cluster.reacting = (object) => {
      reacting(object);
      if (!once) return;
      once = false;
      const theirs = JSON.parse(JSON.stringify(now(on)).replaceAll(next, other)) as KubernetesObject;
      void on.cluster.write({ do: 'replace', ref: { kind: Deployment, namespace: 'shop', name: 'agent' }, object: theirs });
    };
    const { awaited } = await rolled(on, next);
    expect(awaited).toMatchObject({
      is: 'failed',
      what: expect.stringContaining(`it runs ${other}, and not ${next}`),
      diagnosis: undefined,
    });
  });

  it('whose controller gave up ends it too', async () => {
    const on = shop();
    const { awaited } = await rolled(on, sick, 300).then(async () => {
      const status = {
        ...(now(on)['status'] as object),
        conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'too long' }],
      };
      for (const pod of on.cluster.objectsOf(Pod)) on.cluster.remove(Pod, pod.metadata.name);
      const workload = on.cluster.put(Deployment, { ...now(on), status });
      return {
        awaited: await on.clock.until(awaitWorkload(on.world, { namespace: 'shop', ref: ref('deployment'), workload, seconds: 300 })),
      };
    });
    expect(awaited).toMatchObject({ is: 'failed', what: expect.stringContaining('too long') });
  });

  it('that only takes long ends with the time, and with what it was waiting for', async () => {
    const on = shop();
    on.cluster.reacting = () => undefined;
    const { awaited } = await rolled(on, next, 20);
    expect(awaited).toMatchObject({ is: 'timed-out', waitingFor: expect.stringContaining('the Deployment controller to see generation') });
  });
});
