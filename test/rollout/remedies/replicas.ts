import { type Case, type Mend, refused, runCommand, warned } from './case.ts';
import { object, patience, put, type World } from './world.ts';

const way = 'replicas';

const service = (world: World, fields: object): void => {
  Object.assign(world['Service/agent'].spec, fields);
};

/** A cluster IP that is none cannot be changed: the Service is made again. */
const withClusterIp: Mend = async (place) => {
  const { ports, selector } = (await place.get('Service/agent'))['spec'];
  await place.delete('Service/agent');
  await place.apply({ ...object('Service/agent'), metadata: { name: 'agent', namespace: place.namespace }, spec: { ports, selector } });
};

/** Stable with a selector that fits every pod of the service. */
const wide = (world: World): void => {
  const { spec } = world['Deployment/agent'];
  spec.selector = { matchLabels: { app: 'agent' } };
  spec.template.metadata.labels = { app: 'agent' };
};

/** A selector cannot be changed: the Deployment is made again, with one label more. */
const withVersion: Mend = async (place) => {
  const { spec } = await place.get('Deployment/agent');
  await place.delete('Deployment/agent');
  const labels = { app: 'agent', version: 'stable' };
  const template = { ...spec.template, metadata: { ...spec.template.metadata, labels } };
  await place.apply({
    ...object('Deployment/agent'),
    metadata: { name: 'agent', namespace: place.namespace },
    spec: { ...spec, selector: { matchLabels: labels }, template },
  });
  await place.lab.client.waitForRollout(place.namespace, 'agent', patience);
};

const fits = "The selector of Deployment agent (app=agent) fits the canary's pods too, because the Service selects by all of it";

export const replicasCases: readonly Case[] = [
  {
    name: 'pods-canary-of-users',
    way,
    change: (world) => {
      const { spec } = world['Deployment/agent'];
      const labels = { app: 'agent', version: 'canary' };
      const template = { ...spec.template, metadata: { ...spec.template.metadata, labels } };
      put(world, 'Deployment/agent-canary', { spec: { ...spec, replicas: 0, selector: { matchLabels: labels }, template } });
    },
    steps: refused(
      'Deployment agent-canary was not made by wf-deploy: no gate would hold its pods back until the smoke checks have passed.',
      async (place, told) => runCommand(place, told[0]?.remedy ?? ''),
    ),
  },
  {
    name: 'pods-too-many',
    way,
    inputs: { stages: '25@6s 75@6s 100@6s' },
    steps: refused('`stages` ask for 75 % and 100 %: by pod counts a canary gets 50 % at most, as stable keeps its full size.', () => ({
      stages: '25@6s 50@6s',
    })),
  },
  {
    name: 'pods-none',
    way,
    inputs: { stages: '0@6s 50@6s' },
    steps: refused('`stages` have one at 0 %: by pod counts that is no pod, so there would be nothing to look at.', () => ({
      stages: '50@6s',
    })),
  },
  {
    name: 'pods-elsewhere',
    way,
    change: (world) => service(world, { type: 'ExternalName', externalName: 'agent.example.test' }),
    steps: refused('Service agent is an ExternalName: it leads to no pods.', withClusterIp),
  },
  {
    name: 'pods-without-address',
    way,
    change: (world) => service(world, { clusterIP: 'None' }),
    steps: refused(
      'Service agent is headless: its clients choose among the addresses themselves, and no share can be promised.',
      withClusterIp,
    ),
  },
  {
    name: 'pods-published-early',
    way,
    change: (world) => service(world, { publishNotReadyAddresses: true }),
    steps: refused(
      'Service agent publishes pods that are not ready (publishNotReadyAddresses): the gate would hold nothing back.',
      async (place) => {
        await place.patch('Service/agent', { spec: { publishNotReadyAddresses: null } });
      },
    ),
  },
  {
    name: 'pods-kept-by-users',
    way,
    change: (world) => service(world, { sessionAffinity: 'ClientIP' }),
    steps: warned(
      'Service agent has sessionAffinity: users stay on the pod that they met first, so the measured share follows the pods late.',
      async (place) => {
        await place.patch('Service/agent', { spec: { sessionAffinity: 'None', sessionAffinityConfig: null } });
      },
    ),
  },
  {
    name: 'pods-kept-near',
    way,
    change: (world) => service(world, { trafficDistribution: 'PreferClose' }),
    steps: warned('Service agent keeps traffic near (trafficDistribution): the share differs from node to node.'),
  },
  {
    name: 'pods-not-told-apart',
    way,
    change: wide,
    steps: warned(`${fits}: whatever counts pods by labels counts both.`, withVersion),
  },
  {
    name: 'pods-averaged-in',
    way,
    change: (world) => {
      wide(world);
      const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } };
      const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'agent' };
      put(world, 'HorizontalPodAutoscaler/agent', { spec: { scaleTargetRef, minReplicas: 1, maxReplicas: 3, metrics: [cpu] } });
    },
    steps: refused(`${fits}: HorizontalPodAutoscaler agent would average the canary in, and change the share.`, withVersion),
  },
];
