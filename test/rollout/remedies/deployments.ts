import type { ApiObject } from '../../lab/api-objects.ts';
import { apply, type Case, type Mend, refused, runCommand } from './case.ts';
import { object, patience, type World } from './world.ts';

/** A Deployment like stable's without pods. */
const beside = (
  world: World,
  name: string,
  labels: Readonly<Record<string, string>>,
  selector: object = { matchLabels: labels },
): ApiObject => {
  const { spec } = world['Deployment/agent'];
  const template = { ...spec.template, metadata: { ...spec.template.metadata, labels } };
  return object(`Deployment/${name}`, { spec: { ...spec, replicas: 0, selector, template } });
};
const stable = { app: 'agent', version: 'stable' };
const canary = { app: 'agent', version: 'canary' };
const ours = { 'wf-deploy.io/service': 'agent', 'wf-deploy.io/track': 'canary' };

/** Gives the canary another name: of its Deployment, its Service and its backend. */
const anotherName: Mend = async (place) => {
  const { spec } = await place.get('Service/agent-canary');
  const route = await place.get('HTTPRoute/agent');
  await place.apply({
    ...object('Service/agent-next'),
    metadata: { name: 'agent-next', namespace: place.namespace },
    spec: { selector: { app: 'agent', version: 'next' }, ports: spec.ports },
  });
  const rules = JSON.parse(JSON.stringify(route['spec'].rules).replaceAll('agent-canary', 'agent-next'));
  await place.patch('HTTPRoute/agent', { spec: { rules } });
  return { 'canary-deployment': 'agent-next' };
};

const mixed = (service: string) =>
  `Service agent (${service}) selects the pods of the canary agent-canary, which would get traffic at weight 0`;
const overlapping = (stable: string, canary: string) =>
  `The selectors of Deployment agent (${stable}) and of the canary agent-canary (${canary}) overlap, so stable's autoscaler would count the canary's pods.`;
const clone = 'app=agent,version=stable,wf-deploy.io/service=agent,wf-deploy.io/track=canary';

export const deploymentCases: readonly Case[] = [
  {
    name: 'stable-missing',
    change: (world) => delete world['Deployment/agent'],
    settle: async (place) => place.lab.client.get(place.name('Service/agent')),
    steps: refused('Deployment stable-missing/agent is not there.', async (place) => {
      const { client } = place.lab;
      const { spec } = await client.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'served', name: 'agent' });
      await place.apply({ ...object('Deployment/agent'), metadata: { name: 'agent', namespace: place.namespace }, spec });
      await client.waitForRollout(place.namespace, 'agent', patience);
    }),
  },
  {
    name: 'stable-paused',
    settle: (place) => place.patch('Deployment/agent', { spec: { paused: true } }),
    steps: refused('Deployment agent is paused: it would never take the new image.', async (place) => {
      await place.patch('Deployment/agent', { spec: { paused: null } });
    }),
  },
  {
    name: 'stable-without-a-ready-pod',
    change: (world) => {
      world['Deployment/agent'].spec.replicas = 0;
    },
    steps: refused('Deployment agent has no ready pod: there would be nothing to go back to.', async (place) => {
      await place.patch('Deployment/agent', { spec: { replicas: 1 } });
      await place.lab.client.waitForRollout(place.namespace, 'agent', patience);
    }),
  },
  {
    name: 'two-containers',
    change: (world) => {
      const { containers } = world['Deployment/agent'].spec.template.spec;
      containers.push({ name: 'second', image: containers[0].image, env: [{ name: 'PORT', value: '8081' }] });
    },
    steps: refused('`container` is not given, and Deployment agent has 2 containers.', () => ({ container: 'agent-api' })),
  },
  {
    name: 'no-such-container',
    inputs: { container: 'web' },
    steps: refused('`container` = `web` is no container of Deployment agent.', () => ({ container: 'agent-api' })),
  },
  {
    name: 'canary-of-another-service',
    change: (world) => {
      world['Deployment/agent-canary'] = beside(world, 'agent-canary', canary);
      world['Deployment/agent-canary'].metadata.labels = { ...ours, 'wf-deploy.io/service': 'shop' };
    },
    steps: refused('Deployment agent-canary is the canary of another service, `shop`.', anotherName),
  },
  {
    name: 'stable-named-as-its-canary',
    inputs: { 'stable-deployment': 'agent-canary' },
    change: (world) => {
      world['Deployment/agent-canary'] = { ...world['Deployment/agent'], metadata: { name: 'agent-canary' } };
      delete world['Deployment/agent'];
    },
    steps: refused('Deployment agent-canary is named as stable and as its canary.', anotherName),
  },
  {
    name: 'service-missing',
    change: (world) => delete world['Service/agent'],
    steps: refused('Service service-missing/agent is not there.', async (place) => {
      await place.apply({
        ...object('Service/agent'),
        metadata: { name: 'agent', namespace: place.namespace },
        spec: { selector: stable, ports: [{ port: 80, targetPort: 8080 }] },
      });
    }),
  },
  {
    name: 'service-misses-stable',
    change: (world) => {
      world['Service/agent'].spec.selector = { app: 'shop' };
    },
    steps: refused(
      "Service agent (app=shop) does not select the pods of Deployment agent: this Deployment does not get the Service's traffic.",
      async (place) => void (await place.patch('Service/agent', { spec: { selector: stable } })),
    ),
  },
  {
    name: 'canary-service-missing',
    change: (world) => delete world['Service/agent-canary'],
    steps: refused('Service canary-service-missing/agent-canary is not there: the canary has no address of its own.', apply),
  },
  {
    name: 'canary-service-without-the-port',
    change: (world) => {
      world['Service/agent-canary'].spec.ports = [{ name: 'other', port: 9999, targetPort: 8080 }];
    },
    steps: refused(
      'Service agent-canary has no port 80, by which the route leads to the canary: its share of these requests would fail.',
      apply,
    ),
  },
  {
    name: 'canary-service-selects-stable',
    change: (world) => {
      world['Service/agent-canary'].spec.selector = { app: 'agent' };
    },
    steps: refused(
      [
        'Service agent-canary (app=agent) selects the pods of stable, agent: what is measured as the canary would be stable.',
        `${mixed('app=agent,version=stable')}. ${overlapping('app=agent,version=stable', clone)}`,
      ],
      apply,
    ),
  },
  {
    name: 'canary-service-without-selector',
    change: (world) => delete world['Service/agent-canary'].spec.selector,
    steps: refused(
      [
        'Service agent-canary (without a selector) would not select the pods of the canary.',
        `${mixed('app=agent,version=stable')}. ${overlapping('app=agent,version=stable', clone)}`,
      ],
      apply,
    ),
  },
  {
    name: 'clone-mixed-with-stable',
    change: (world) => {
      world['Service/agent'].spec.selector = { app: 'agent' };
    },
    steps: refused(`${mixed('app=agent')}.`, apply),
  },
  {
    name: 'stable-selects-by-expressions',
    change: (world) => {
      world['Deployment/agent'].spec.selector = {
        matchLabels: { app: 'agent' },
        matchExpressions: [{ key: 'version', operator: 'In', values: ['stable'] }],
      };
    },
    steps: refused(
      [
        overlapping('app=agent,version=stable', 'app=agent,wf-deploy.io/service=agent,wf-deploy.io/track=canary,version=stable'),
        "Deployment agent selects by expressions (app=agent,wf-deploy.io/service=agent,wf-deploy.io/track=canary,version=stable) that the canary's pods would no longer fit.",
      ],
      apply,
    ),
  },
  {
    name: 'canary-with-another-selector',
    change: (world) => {
      world['Deployment/agent-canary'] = beside(world, 'agent-canary', { ...canary, ...ours, tier: 'web' });
      world['Deployment/agent-canary'].metadata.labels = ours;
    },
    steps: refused(
      'Deployment agent-canary selects app=agent,tier=web,version=canary,wf-deploy.io/service=agent,wf-deploy.io/track=canary; now it would have to select app=agent,version=canary,wf-deploy.io/service=agent,wf-deploy.io/track=canary, and Kubernetes does not let a selector be changed.',
      async (place, [told]) => await runCommand(place, told?.remedy ?? ''),
    ),
  },
  {
    name: 'canary-of-the-user-is-missed',
    change: (world) => {
      world['Deployment/agent-canary'] = beside(world, 'agent-canary', { app: 'agent', version: 'beta' });
    },
    steps: refused('Service agent-canary (app=agent,version=canary) does not select the pods of the canary, agent-canary.', apply),
  },
  {
    name: 'canary-of-the-user-gets-traffic',
    change: (world) => {
      world['Deployment/agent-canary'] = beside(world, 'agent-canary', canary);
      world['Service/agent'].spec.selector = { app: 'agent' };
    },
    steps: refused(`${mixed('app=agent')}.`, apply),
  },
  {
    name: 'canary-of-the-user-overlaps',
    change: (world) => {
      world['Deployment/agent-canary'] = beside(world, 'agent-canary', canary, { matchLabels: { version: 'canary' } });
      world['Deployment/agent'].spec.selector = { matchLabels: { app: 'agent' } };
    },
    steps: [
      ...refused(overlapping('app=agent', 'version=canary'), (place) => place.delete('Deployment/agent-canary')),
      // The one that is made from stable then has to get labels that stable does not select by.
      ...refused(overlapping('app=agent', 'app=agent,wf-deploy.io/service=agent,wf-deploy.io/track=canary'), apply),
    ],
  },
];
