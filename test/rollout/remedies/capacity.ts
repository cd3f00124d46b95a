import { type Case, refused, runCommand, warned } from './case.ts';
import { object, put, type World } from './world.ts';

const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } };
const autoscaler = (of: string, more: object = {}) => ({
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: of },
    minReplicas: 1,
    maxReplicas: 3,
    metrics: [cpu],
    ...more,
  },
});
const budget = (labels: Readonly<Record<string, string>>, limit: object) => ({ spec: { selector: { matchLabels: labels }, ...limit } });
const scaled = (world: World, key: string, of: string) => put(world, `HorizontalPodAutoscaler/${key}`, autoscaler(of));

export const capacityCases: readonly Case[] = [
  {
    name: 'two-autoscalers',
    change(world) {
      scaled(world, 'agent', 'agent');
      scaled(world, 'agent-too', 'agent');
    },
    steps: refused(
      '2 autoscalers set the size of Deployment agent: agent, agent-too. None of them scales it then (AmbiguousSelector).',
      (place) => place.delete('HorizontalPodAutoscaler/agent-too'),
    ),
  },
  {
    name: 'autoscaler-of-the-canary',
    change: (world) => scaled(world, 'agent-canary', 'agent-canary'),
    steps: refused(
      "HorizontalPodAutoscaler agent-canary sets the size of the canary, Deployment agent-canary: it and the rollout, which scales the canary for its share of the traffic, would undo each other's work.",
      (place, [told]) => runCommand(place, told?.remedy ?? ''),
    ),
  },
  {
    name: 'autoscaler-with-our-name',
    change: (world) => scaled(world, 'wf-deploy-agent', 'shop'),
    steps: refused(
      "HorizontalPodAutoscaler wf-deploy-agent is not one of wf-deploy's (label wf-deploy.io/service), and the canary's would have its name.",
      async (place) => {
        await place.delete('HorizontalPodAutoscaler/wf-deploy-agent');
        const renamed = object('HorizontalPodAutoscaler/shop', autoscaler('shop'));
        await place.apply({ ...renamed, metadata: { ...renamed.metadata, namespace: place.namespace } });
      },
    ),
  },
  {
    name: 'budget-of-both-sides',
    change: (world) => put(world, 'PodDisruptionBudget/agent', budget({ app: 'agent' }, { maxUnavailable: 1 })),
    steps: warned(
      'PodDisruptionBudget agent (maxUnavailable 1) selects the pods of stable and of the canary: while both run it counts them as one, and lets pods of stable be evicted for those of the canary that are ready.',
      async (place) => void (await place.patch('PodDisruptionBudget/agent', budget({ app: 'agent', version: 'stable' }, {}))),
    ),
  },
  {
    name: 'budget-of-the-canary',
    change: (world) => put(world, 'PodDisruptionBudget/agent', budget({ version: 'canary' }, { maxUnavailable: 1 })),
    steps: warned(
      'PodDisruptionBudget agent (maxUnavailable 1) selects the pods of the canary: while they are few, it can keep a node from being drained.',
      (place) => place.delete('PodDisruptionBudget/agent'),
    ),
  },
  {
    name: 'budget-that-allows-none',
    change: (world) => put(world, 'PodDisruptionBudget/agent', budget({ version: 'stable' }, { minAvailable: '100%' })),
    steps: warned(
      'PodDisruptionBudget agent (minAvailable 100%) lets no pod of stable be evicted: a node that is drained during the rollout waits for its end, or for ever.',
      async (place) =>
        void (await place.patch('PodDisruptionBudget/agent', budget({ version: 'stable' }, { minAvailable: null, maxUnavailable: 1 }))),
    ),
  },
];
