import type { ApiObject } from '../../lab/api-objects.ts';
import { type Case, refused, warned } from './case.ts';
import { object, type World } from './world.ts';

/** Half of a pair as blue-green has it, from the one Deployment. */
const coloured = (world: World, colour: 'blue' | 'green', version: string, replicas: number): ApiObject => {
  const { spec } = world['Deployment/agent'];
  const labels = { app: 'agent', version };
  return object(`Deployment/agent-${colour}`, {
    spec: {
      ...spec,
      replicas,
      selector: { matchLabels: labels },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  });
};

export const layoutCases: readonly Case[] = [
  {
    name: 'layout-of-a-pair',
    change: (world) => {
      world['Deployment/agent-blue'] = coloured(world, 'blue', 'stable', 1);
      world['Deployment/agent-green'] = coloured(world, 'green', 'green', 0);
      delete world['Deployment/agent'];
    },
    steps: refused(
      'Deployment agent is not there. Layout: two Deployments, `agent-blue` and `agent-green`, as blue-green has it. A canary needs one Deployment.',
      () => ({ 'stable-deployment': 'agent-blue' }),
    ),
  },
  {
    name: 'layout-of-both-kinds',
    change: (world) => {
      world['Deployment/agent-blue'] = coloured(world, 'blue', 'blue', 0);
    },
    steps: warned('Layout: one Deployment, `agent`, and beside it `agent-blue`, which is left alone.', async (place) =>
      place.delete('Deployment/agent-blue'),
    ),
  },
];
