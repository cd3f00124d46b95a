import { expect, it } from '@jest/globals';
import { Deployment } from '../../../src/domain/kubernetes/kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { lookNearer } from '../../../src/flows/blue-green/look-nearer.ts';
import type { BlueGreenWish } from '../../../src/flows/blue-green/plan.ts';
import { sidesOf } from '../../../src/flows/blue-green/sides.ts';
import { survey } from '../../../src/flows/blue-green/survey.ts';
import { forbidden } from '../memory-cluster/failures.ts';
import type { Stage } from '../stand-ins.ts';
import { backWish, next, older, pair, wish } from './pair.ts';

async function nearer(on: Stage, plan: BlueGreenWish) {
  const found = await survey(on.world, plan);
  const sides = sidesOf(plan, found);
  if (!sides.ok) throw new Error('Nothing is known.');
  on.cluster.calls.length = 0;
  const seen = await lookNearer(on.world, plan, found, sides.value);
  return { ...seen, reads: on.cluster.calls.map(({ verb, kind, namespace }) => `${verb} ${kind} ${namespace}`) };
}

const ofServing = ['list Pod shop', 'list HorizontalPodAutoscaler shop'];
const forRoom = ['list Node ', 'list Pod '];

it('looks at the pods that serve, at what sizes them, and at room for as many more', async () => {
  const { reads, image, room } = await nearer(pair(), wish());
  expect(reads).toEqual([...ofServing, ...forRoom]);
  expect([image.text, room.problems]).toEqual([next, []]);
});

it('asks for no room where the other colour has its pods already', async () => {
  const on = pair();
  const green = JSON.stringify(on.cluster.find(Deployment, 'agent-green')).replace('"replicas":0', '"replicas":2');
  on.cluster.put(Deployment, JSON.parse(green) as KubernetesObject);
  expect((await nearer(on, wish())).reads).toEqual(ofServing);
});

it('asks no registry on a way back: the other colour is taken as it is', async () => {
  const asked: unknown[] = [];
  const resolve = (image: unknown) => {
    asked.push(image);
    return Promise.resolve({ is: 'missing' } as const);
  };
  expect((await nearer(pair({ resolve }), backWish({ image: older }))).image).toEqual({ text: '', problems: [], warnings: [] });
  expect(asked).toEqual([]);
  expect((await nearer(pair({ resolve }), wish())).image.problems).toHaveLength(1);
  expect(asked).toHaveLength(1);
});

it('tries the queries on who has the users, and only where something is measured', async () => {
  const asked: string[] = [];
  const query = (promql: string) => {
    asked.push(promql);
    return Promise.resolve([]);
  };
  expect((await nearer(pair({ query }), wish())).metrics).toEqual({ problems: [], warnings: [] });
  expect(asked).toEqual([]);
  const measured = wish({ 'prometheus-url': 'http://prometheus.example.com' });
  expect((await nearer(pair({ query }), measured)).metrics.problems).not.toEqual([]);
  expect(asked.join()).toContain('agent-blue');
  expect(asked.join()).not.toContain('agent-green');
});

it('takes pods that may not be read as none, and goes on', async () => {
  const on = pair();
  on.cluster.failing = ({ kind }) => (['Pod', 'HorizontalPodAutoscaler'].includes(kind) ? forbidden() : undefined);
  const { reads, autoscalers } = await nearer(on, backWish());
  expect([reads, autoscalers]).toEqual([[...ofServing, ...forRoom], []]);
});
