import { describe, expect, it } from '@jest/globals';
import { Deployment, HorizontalPodAutoscaler, Ingress, ResourceQuota, Service } from '../../../src/domain/kubernetes/kinds.ts';
import type { Kind, KubernetesObject } from '../../../src/domain/kubernetes/object.ts';
import { doubtsOf, type Looked, notesOf, problemsOf, warningsOf } from '../../../src/flows/blue-green/findings.ts';
import { lookNearer } from '../../../src/flows/blue-green/look-nearer.ts';
import type { BlueGreenWish } from '../../../src/flows/blue-green/plan.ts';
import { sidesOf } from '../../../src/flows/blue-green/sides.ts';
import { survey } from '../../../src/flows/blue-green/survey.ts';
import type { Stage } from '../stand-ins.ts';
import { backWish, pair, wish } from './pair.ts';

async function look(on: Stage, plan: BlueGreenWish): Promise<Looked> {
  const found = await survey(on.world, plan);
  const sides = sidesOf(plan, found);
  if (!sides.ok) throw new Error('Nothing is known.');
  return { found, sides: sides.value, nearer: await lookNearer(on.world, plan, found, sides.value) };
}

const full: NonNullable<Parameters<typeof pair>[0]>['resolve'] = (image) => Promise.resolve({ is: 'found', digest: image.digest ?? '' });
const edit = ({ cluster }: Stage, kind: Kind, name: string, from: string, to: string): void => {
  cluster.put(kind, JSON.parse(JSON.stringify(cluster.find(kind, name)).replaceAll(from, to)) as KubernetesObject);
};
const whats = (problems: readonly { readonly what: string }[]): readonly string[] => problems.map(({ what }) => what);

/** Much is wrong at once, and it is still known who has the users. */
function troubled(): Stage {
  const on = pair({ resolve: () => Promise.resolve({ is: 'missing' }) });
  edit(on, Deployment, 'agent-blue', '"replicas":2', '"replicas":0');
  edit(on, Deployment, 'agent-green', '"uid":"green-uid"', '"labels":{"argocd.argoproj.io/instance":"shop"}');
  edit(on, Deployment, 'agent-green', '"replicas":0', '"paused":true,"replicas":0');
  edit(on, Deployment, 'agent-green', '"name":"api"', '"name":"web"');
  for (const name of ['agent-blue', 'agent-green']) on.cluster.remove(Service, name);
  return on;
}

describe('of a pair that is sound', () => {
  it.each([
    ['deployment', wish()],
    ['way back', backWish()],
  ])('a %s has nothing against it', async (_, plan) => {
    const looked = await look(pair({ resolve: full }), plan);
    expect([problemsOf(plan, looked), doubtsOf(plan, looked, 'run-1'), warningsOf(plan, looked, 'api')]).toEqual([[], [], []]);
  });

  it('the notes say the layout, what is switched and what is not', async () => {
    const notes = notesOf(wish(), await look(pair(), wish()));
    expect(notes[0]).toBe('Layout: two Deployments, `agent-blue` and `agent-green`, as blue-green needs it');
    expect(notes.filter((each) => each.startsWith('switched: '))).not.toEqual([]);
    expect(notes).toContainEqual(expect.stringMatching(/^not touched: .*docs/));
  });
});

describe('where much is wrong', () => {
  it('a deployment is stopped by everything', async () => {
    const [plan, on] = [wish(), troubled()];
    const looked = await look(on, plan);
    expect(whats(problemsOf(plan, looked))).toEqual([
      expect.stringMatching(/^The registry has no image/),
      'Deployment agent-green has no container `api`.',
      'Service agent-blue is not there.',
      'Service agent-green is not there.',
    ]);
    expect(whats(doubtsOf(plan, looked, 'run-1'))).toEqual([
      'Deployment agent-blue has the users and 0 replicas.',
      'Deployment agent-green is paused: it would never take the new image.',
      expect.stringMatching(/^Deployment agent-green belongs to Argo CD/),
    ]);
  });

  it('a way back is stopped by what it leads to alone, and what it leads away from is a doubt', async () => {
    const [plan, on] = [backWish(), troubled()];
    edit(on, Ingress, 'agent', '"agent-blue"', '"agent-green"');
    edit(on, Deployment, 'agent-blue', '"replicas":0', '"paused":true,"replicas":1');
    edit(on, Deployment, 'agent-green', '"paused":true,"replicas":0', '"replicas":0');
    const looked = await look(on, plan);
    expect(whats(problemsOf(plan, looked))).toEqual(['Deployment agent-blue has no container `web`.', 'Service agent-blue is not there.']);
    expect(whats(doubtsOf(plan, looked, 'run-1'))).toEqual([
      'Service agent-green is not there.',
      'Deployment agent-green has the users and 0 replicas.',
      'Deployment agent-blue is paused: it would never take the new image.',
    ]);
    // Nobody asks a way back to accept anything.
    expect(whats(warningsOf(plan, looked, 'web'))).toContainEqual(expect.stringContaining('belongs to Argo CD'));
  });

  it('a container that is not there is told once', async () => {
    const plan = wish({ container: 'side' });
    expect(whats(problemsOf(plan, await look(pair({ resolve: full }), plan)))).toEqual([
      '`container` is no container of Deployment agent-blue.',
    ]);
  });

  it('a way back to an image that the other colour does not run is stopped', async () => {
    const plan = backWish({ image: `agent@sha256:${'5'.repeat(64)}` });
    expect(whats(problemsOf(plan, await look(pair(), plan)))).toEqual([expect.stringMatching(/^Deployment agent-green runs .* and not /)]);
  });

  it('of what another strategy left nothing is said while its run lives', async () => {
    const plan = wish();
    const looked = await look(pair({ resolve: full }), plan);
    const lease = { holder: 'run-7', unreadableSwitch: true } as NonNullable<Looked['found']['lease']>;
    const held = { ...looked, found: { ...looked.found, lease } };
    expect(doubtsOf(plan, held, 'run-1')).toEqual([]);
    expect(whats(doubtsOf(plan, held, 'run-7'))).toEqual([expect.stringContaining('cannot be read')]);
  });
});

it('what is only told stops nothing', async () => {
  const [plan, on] = [wish(), pair({ resolve: full })];
  edit(on, Deployment, 'agent-green', '"containerPort":8080', '"containerPort":8081');
  on.cluster.put(HorizontalPodAutoscaler, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'agent', namespace: 'shop' },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'agent-blue' } },
  });
  const one = JSON.stringify(on.cluster.find(Deployment, 'agent-blue')).replaceAll('agent-blue', 'agent');
  on.cluster.put(Deployment, JSON.parse(one) as KubernetesObject);
  const looked = await look(on, plan);
  expect([problemsOf(plan, looked), doubtsOf(plan, looked, 'run-1')]).toEqual([[], []]);
  expect(whats(warningsOf(plan, looked, 'api'))).toEqual([
    'Layout: one Deployment, `agent`, and beside it `agent-blue` and `agent-green`, which is left alone.',
    expect.stringContaining('ports'),
    'An autoscaler follows agent-blue, and none agent-green: after the switch the size stands still.',
  ]);
});

it('a quota without room stops a deployment', async () => {
  const [plan, on] = [wish(), pair({ resolve: full })];
  const pods = { hard: { pods: '2' }, used: { pods: '2' } };
  on.cluster.put(ResourceQuota, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'small', namespace: 'shop' },
    spec: { hard: pods.hard },
    status: pods,
  });
  expect(whats(doubtsOf(plan, await look(on, plan), 'run-1'))).toEqual([expect.stringContaining('small')]);
});
