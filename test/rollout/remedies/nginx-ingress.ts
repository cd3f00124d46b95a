import { apply, applyInNamespaces, type Case, refused, warned } from './case.ts';
import { account } from './cluster.ts';
import { ingress, nginx, publish, type World } from './world.ts';

const way = 'nginx-ingress';
const canary = (world: World) => world['Ingress/agent-canary'];
const annotate = (world: World, name: string, value: string) => {
  canary(world).metadata.annotations[`${nginx}${name}`] = value;
};
const annotations = (values: Readonly<Record<string, string | null>>) => ({
  metadata: { annotations: Object.fromEntries(Object.entries(values).map(([name, value]) => [`${nginx}${name}`, value])) },
});

export const nginxIngressCases: readonly Case[] = [
  {
    name: 'ingress-missing',
    way,
    change: (world) => delete world['Ingress/agent'],
    steps: refused('Ingress ingress-missing/agent is not there.', async (place) => {
      const stable = ingress('agent', 'agent', 'ingress-missing.example.test');
      await place.apply({ ...stable, metadata: { ...stable.metadata, namespace: place.namespace } });
      await publish(place, 'agent');
    }),
  },
  {
    name: 'route-is-the-canary',
    way,
    inputs: { route: 'agent-canary' },
    steps: refused('Ingress agent-canary is itself marked as a canary.', () => ({ route: 'agent' })),
  },
  {
    name: 'ingress-leads-elsewhere',
    way,
    change: (world) => {
      world['Ingress/front'] = ingress('front', 'web', 'www.example.test');
    },
    inputs: { route: 'front' },
    steps: refused('Ingress front has no path that leads to the Service `agent`.', () => ({ route: 'agent' })),
  },
  {
    name: 'canary-ingress-missing',
    way,
    change: (world) => delete world['Ingress/agent-canary'],
    steps: refused(
      "Ingress canary-ingress-missing/agent-canary is not there: nothing carries the canary's weight for canary-ingress-missing.example.test/.",
      apply,
    ),
  },
  {
    name: 'canary-ingress-unlike',
    way,
    change: (world) => {
      delete canary(world).metadata.annotations[`${nginx}canary`];
      canary(world).spec.ingressClassName = 'internal';
      canary(world).spec.rules[0].http.paths[0].path = '/old';
    },
    steps: refused(
      'Ingress agent-canary does not mirror agent: it is not annotated with `canary: "true"`, so it is a second Ingress on the same path; its class is internal and stable\'s is nginx; it has not the host, path and path type of canary-ingress-unlike.example.test/; it has canary-ingress-unlike.example.test/old, which stable\'s does not send to `agent`.',
      apply,
    ),
  },
  {
    name: 'canary-ingress-astray',
    way,
    change: (world) => {
      canary(world).spec.rules[0].http.paths[0].backend.service.name = 'agent';
    },
    steps: refused(
      'Ingress agent-canary does not mirror agent: it does not lead to the Service `agent-canary` at canary-ingress-astray.example.test/.',
      apply,
    ),
  },
  {
    name: 'second-canary-ingress',
    way,
    change: (world) => {
      world['Ingress/agent-beta'] = ingress('agent-beta', 'agent-beta', 'second-canary-ingress.example.test', {
        canary: 'true',
        'canary-weight': '0',
      });
    },
    steps: refused(
      'Ingress agent-beta is a second canary for second-canary-ingress.example.test/: the controller takes one canary for a path and ignores the others.',
      (place) => place.delete('Ingress/agent-beta'),
    ),
  },
  {
    name: 'ingress-of-another-namespace',
    way,
    settle: async (place) => {
      const other = ingress('taken', 'agent', 'ingress-of-another-namespace.example.test');
      await place.apply({ ...other, metadata: { ...other.metadata, namespace: 'served' } });
    },
    steps: refused(
      'Ingress served/taken serves ingress-of-another-namespace.example.test/ too, beside agent: the controller takes one of them, so a weight may be without effect.',
      (place) => place.lab.client.delete({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'taken', namespace: 'served' }),
    ),
  },
  {
    name: 'ingresses-elsewhere-unseen',
    way,
    inputs: account,
    steps: [
      ...refused(/^Permissions are missing: /, applyInNamespaces),
      ...warned(/^Not checked for lack of permission: list ingresses \(see that none of another namespace serves the same paths\)/, apply),
    ],
  },
  {
    name: 'two-ingresses-on-one-path',
    way,
    change: (world) => {
      world['Ingress/other'] = ingress('other', 'agent', 'two-ingresses-on-one-path.example.test');
    },
    steps: refused(
      'Ingress other serves two-ingresses-on-one-path.example.test/ too, beside agent: the controller takes one of them, so a weight may be without effect.',
      async (place) => {
        const { spec } = ingress('other', 'agent', 'other.example.test');
        await place.patch('Ingress/other', { spec });
      },
    ),
  },
  {
    name: 'ingress-with-affinity',
    way,
    change: (world) => {
      world['Ingress/agent'].metadata.annotations = { [`${nginx}affinity`]: 'cookie' };
    },
    steps: warned(
      'Ingress agent has the annotation `affinity` = `cookie`: users stay on the version that they met first, so the measured share follows a weight late, also on the way back.',
      async (place) => void (await place.patch('Ingress/agent', annotations({ affinity: null }))),
    ),
  },
  {
    name: 'ingress-of-another-class',
    way,
    change: (world) => {
      for (const key of ['Ingress/agent', 'Ingress/agent-canary']) world[key].spec.ingressClassName = 'traefik';
    },
    steps: warned(
      'Ingress agent is of the class `traefik`. Not checked: whether ingress-nginx serves it. Other controllers do not know these annotations.',
    ),
  },
  {
    name: 'ingress-without-address',
    way,
    settle: (place) => publish(place, 'agent', null),
    steps: warned('Ingress agent has no address in its status: perhaps no controller serves it.', (place) => publish(place, 'agent')),
  },
  {
    name: 'total-that-is-ignored',
    way,
    change: (world) => annotate(world, 'canary-weight-total', '50'),
    steps: warned(
      'Ingress agent-canary has `canary-weight-total` = `50`, which the controller ignores: it counts 100, and so does wf-deploy.',
      async (place) => void (await place.patch('Ingress/agent-canary', annotations({ 'canary-weight-total': '150' }))),
    ),
  },
  {
    name: 'weight-that-is-no-number',
    way,
    change: (world) => annotate(world, 'canary-weight', '5%'),
    steps: warned('Ingress agent-canary has `canary-weight` = `5%`, which the controller takes for 0.', async (place) => {
      await place.patch('Ingress/agent-canary', annotations({ 'canary-weight': '0' }));
    }),
  },
  {
    name: 'ingress-without-header',
    way,
    change: (world) => {
      for (const name of ['canary-by-header', 'canary-by-header-value']) delete canary(world).metadata.annotations[`${nginx}${name}`];
    },
    steps: warned('No header reaches the canary through Ingress agent-canary: nobody can ask for it before it has weight.', apply),
  },
];
