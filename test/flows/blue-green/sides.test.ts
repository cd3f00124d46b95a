import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import type { BlueGreenWish } from '../../../src/flows/blue-green/plan.ts';
import { type Sides, sidesOf } from '../../../src/flows/blue-green/sides.ts';
import { type Survey, survey } from '../../../src/flows/blue-green/survey.ts';
import { denies } from '../rights.ts';
import { backWish, old, older, pair, wish } from './pair.ts';

const sound = (plan: BlueGreenWish = wish()): Promise<Survey> => survey(pair().world, plan);
const known = (plan: BlueGreenWish, found: Survey): Sides => {
  const sides = sidesOf(plan, found);
  if (!sides.ok) throw new Error(sides.problems.map(({ what }) => what).join('\n'));
  return sides.value;
};
const unknown = (plan: BlueGreenWish, found: Survey): readonly string[] => {
  const sides = sidesOf(plan, found);
  return sides.ok ? [] : sides.problems.map(({ what }) => what);
};
const changed = (object: KubernetesObject | undefined, from: string, to: string): KubernetesObject =>
  JSON.parse(JSON.stringify(object).replaceAll(from, to)) as KubernetesObject;

describe('who has the users', () => {
  it('is who the route leads to', async () => {
    const { from, to, serving, idle, container, before, pair: colours } = known(wish(), await sound());
    expect([from, to, serving.metadata.name, idle.metadata.name]).toEqual(['blue', 'green', 'agent-blue', 'agent-green']);
    expect([container, before]).toEqual([
      { ok: true, value: 'api' },
      { image: older, replicas: 0 },
    ]);
    expect(colours).toMatchObject({ service: 'agent', namespace: 'shop', route: 'agent', pods: { green: { version: 'green' } } });
  });

  it('and who is idle changes with it', async () => {
    const found = await sound();
    const { from, idle, before } = known(wish(), { ...found, route: changed(found.route, '"agent-blue"', '"agent-green"') });
    expect([from, idle.metadata.name, before]).toEqual(['green', 'agent-blue', { image: old, replicas: 2 }]);
  });

  it('is not known where the route leads to both', async () => {
    const found = await sound();
    const told = unknown(wish(), { ...found, route: changed(found.route, '"docs"', '"agent-green"') });
    expect(told).toEqual([expect.stringMatching(/^It cannot be told which colour has the users: /)]);
  });

  it('has no image of the idle colour where its container is not known', async () => {
    const { container, before } = known(wish({ container: 'web' }), await sound());
    expect([container.ok, before]).toEqual([false, { image: '', replicas: 0 }]);
  });
});

describe('how many pods the other colour is to have', () => {
  it.each([
    ['a deployment: as many as serve', wish(), [2, 5], 2],
    ['a deployment of what was scaled to nothing: nothing', wish(), [0, 5], 0],
    ['a way back: never fewer than the other colour has', backWish(), [2, 5], 5],
    ['a way back from what was scaled to nothing: one', backWish(), [0, 0], 1],
  ] as const)('%s', async (_, plan, [serving, idle], pods) => {
    const found = await sound(plan);
    const blue = changed(found.blue, '"replicas":2', `"replicas":${serving}`);
    const green = changed(found.green, '"replicas":0', `"replicas":${idle}`);
    expect(known(plan, { ...found, blue, green }).replicas).toBe(pods);
  });
});

describe('nothing more is looked at', () => {
  it('where nothing is there: all of that is told at once', async () => {
    expect(unknown(wish(), { ...(await sound()), blue: undefined, green: undefined, route: undefined })).toEqual([
      'There is no Deployment of agent in shop.',
      'Ingress shop/agent is not there.',
    ]);
  });

  it('where there is half a pair', async () => {
    expect(unknown(wish(), { ...(await sound()), green: undefined })).toEqual([
      'Layout: one half of a pair, `agent-blue`. Blue-green needs two Deployments: `agent-green` is not there.',
    ]);
  });

  it('where a permission is missing that is required, even if all was read', async () => {
    const on = pair();
    denies(on.cluster, 'patch deployments');
    const told = unknown(wish(), await survey(on.world, wish()));
    expect(told).toEqual([expect.stringMatching(/^Permissions are missing: patch deployments/)]);
  });
});
