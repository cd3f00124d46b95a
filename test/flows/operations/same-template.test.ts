import { describe, expect, it } from '@jest/globals';
import { Deployment } from '../../../src/domain/kubernetes/kinds.ts';
import { executeCanary } from '../../../src/flows/canary/execute.ts';
import { executeOperation } from '../../../src/flows/operations/execute.ts';
import type { Files } from '../../../src/ports/files.ts';
import { newImage, oldImage, planOf, type Shop, shop } from '../canary/shop.ts';
import { leaseOf, operationPlan, runBy, weightWritten } from './on-shop.ts';
import { standingStill } from './standing-still.ts';

/** The manifest of the service that a path stands for: its mode is what the path says. */
const files: Files = {
  find: (path) => Promise.resolve([path]),
  text: () => Promise.reject(new Error('No text is read.')),
  documents: (path) => Promise.resolve(path === 'none' ? [] : [manifest(path)]),
};

function manifest(mode: string) {
  const env = [{ name: 'MODE', value: mode }];
  const containers = [{ name: 'agent', image: 'shop/agent', ports: [{ name: 'http', containerPort: 8080 }], env }];
  const template = { metadata: { labels: { app: 'agent' } }, spec: { containers } };
  const spec = { selector: { matchLabels: { app: 'agent' } }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'agent' }, spec };
}

/** A run died with users on a canary, which has a template of manifests where some were given. */
async function died(inputs: Readonly<Record<string, string>>): Promise<Shop> {
  const on = shop();
  const dead = standingStill({ ...on.world, files }, () => on.weights.at(-1) === 25);
  void executeCanary(planOf({ stages: '25@10m 100@1m', ...inputs }), dead.world);
  await on.clock.until(weightWritten(on, 25));
  await on.clock.until(dead.isStopped);
  return on;
}

const promote = (on: Shop, inputs: Readonly<Record<string, string>>) =>
  executeOperation(operationPlan('promote', inputs), { ...on.world, files, run: { ...on.world.run, holder: 'promoter' } });

describe('promote of a canary that was left', () => {
  it('gives stable the template that was tested', async () => {
    const manifests = 'tested';
    const on = await died({ manifests });
    expect(leaseOf(on)?.template?.undo).toBeDefined();
    expect(await on.clock.until(runBy(promote(on, { manifests })))).toMatchObject({ outcome: 'promoted', image: newImage });
    const stable = on.cluster.find(Deployment, 'agent');
    expect(JSON.stringify(stable)).toContain('"name":"MODE","value":"tested"');
  });

  it.each([
    ['without its manifests', {}, /^The canary runs the whole pod template of manifests \([0-9a-z]+\), and `manifests` is not given: /],
    ['with other ones', { manifests: 'other' }, /and those in `manifests` make another one \([0-9a-z]+\): /],
  ])('%s is refused before anything is written', async (_, inputs, what) => {
    const on = await died({ manifests: 'tested' });
    const before = on.cluster.writes().length;
    await expect(on.clock.until(promote(on, inputs))).rejects.toMatchObject({
      code: 'OPERATION_REFUSED',
      what: expect.stringMatching(what),
      remedy: expect.stringMatching(/give `manifests` as that run had it\. Or run `operation: abort`/),
    });
    const written = on.cluster.writes().slice(before);
    expect(written.filter((write) => !/^patch Lease/.test(write))).toEqual([]);
    expect([on.weight(), on.image('agent'), leaseOf(on)?.template?.undo]).toEqual([25, oldImage, expect.anything()]);
  });

  it('with a file that has no Deployment says what is wrong with it', async () => {
    const on = await died({ manifests: 'tested' });
    await expect(on.clock.until(promote(on, { manifests: 'none' }))).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
    expect(on.weight()).toBe(25);
  });

  it('of an image alone asks for none', async () => {
    const on = await died({});
    expect(await on.clock.until(runBy(promote(on, {})))).toMatchObject({ outcome: 'promoted' });
  });
});
