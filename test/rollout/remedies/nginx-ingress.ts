import { apply, applyInNamespaces, type Case, refused, warned } from './case.ts';
import { account } from './cluster.ts';
import { ingress, nginx, type Place, publish, type World } from './world.ts';

const way = 'nginx-ingress';
const canary = (world: World) => world['Ingress/agent-canary'];
const annotate = (world: World, name: string, value: string) => {
  canary(world).metadata.annotations[`${nginx}${name}`] = value;
};
const annotations = (values: Readonly<Record<string, string | null>>) => ({
  metadata: { annotations: Object.fromEntries(Object.entries(values).map(([name, value]) => [`${nginx}${name}`, value])) },
});

/** A Service of its own for an Ingress that shared one, called as it is. */
async function ownService(place: Place, name: string, spec: object): Promise<void> {
  const { spec: its } = await place.get('Service/agent');
  await place.apply({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: place.namespace },
    spec: { selector: its.selector, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  });
  await place.patch(`Ingress/${name}`, { spec });
}

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
        const { spec } = ingress('other', 'web', 'other.example.test');
        await place.patch('Ingress/other', { spec });
      },
    ),
  },
  {
    name: 'canary-service-by-default',
    way,
    change: (world) => {
      world['Ingress/preview'] = ingress('preview', 'web', 'preview.example.test');
      world['Ingress/preview'].spec.defaultBackend = { service: { name: 'agent-canary', port: { number: 80 } } };
    },
    steps: refused(
      'Ingress preview (its default backend) leads to `agent-canary` itself: the controller takes the Service as that one has it, so header and weight of agent-canary are without effect.',
      (place) => ownService(place, 'preview', { defaultBackend: { service: { name: 'preview', port: { number: 80 } } } }),
    ),
  },
  {
    name: 'canary-service-elsewhere',
    way,
    change: (world) => {
      world['Ingress/preview'] = ingress('preview', 'agent-canary', 'preview.example.test');
    },
    steps: warned(
      'Ingress preview (preview.example.test/) leads to `agent-canary` itself: the controller takes the Service as the older Ingress has it. If that is agent-canary, the other is not served there; if not, header and weight are without effect.',
      (place) => ownService(place, 'preview', ingress('preview', 'preview', 'preview.example.test')['spec']),
    ),
  },
  {
    name: 'stable-service-elsewhere',
    way,
    change: (world) => {
      world['Ingress/inside'] = ingress('inside', 'agent', 'inside.example.test');
    },
    steps: warned(
      "Ingress inside (inside.example.test/) leads to the same Service and port as agent: the controller splits that as well, and counts it under the other's name, so `metrics: nginx-ingress` does not see it.",
      (place) => ownService(place, 'inside', ingress('inside', 'inside', 'inside.example.test')['spec']),
    ),
  },
  {
    name: 'older-canary-of-the-service',
    way,
    // One that is not there yet will be the younger one.
    change: (world) => {
      delete world['Ingress/agent-canary'];
      world['Ingress/beta'] = ingress('beta', 'agent-canary', 'beta.example.test', { canary: 'true' });
    },
    steps: refused(
      [
        "Ingress older-canary-of-the-service/agent-canary is not there: nothing carries the canary's weight for older-canary-of-the-service.example.test/.",
        'Ingress beta (beta.example.test/) is an older canary of the same Service and port: the controller takes the oldest, so header and weight of agent-canary are without effect.',
      ],
      async (place, told) => {
        await place.delete('Ingress/beta');
        await place.apply(told[0]?.yaml ?? '');
      },
    ),
  },
  {
    name: 'other-canary-of-the-service',
    way,
    change: (world) => {
      world['Ingress/beta'] = ingress('beta', 'agent-canary', 'beta.example.test', { canary: 'true' });
    },
    steps: warned(
      'Ingress beta (beta.example.test/) is another canary of the same Service and port: the controller takes the oldest, so header and weight of one of both are without effect.',
      (place) => place.delete('Ingress/beta'),
    ),
  },
  {
    name: 'ingress-with-a-slash-more',
    way,
    change: (world) => {
      for (const key of ['Ingress/agent', 'Ingress/agent-canary']) world[key].spec.rules[0].http.paths[0].path = '/api';
      world['Ingress/other'] = ingress('other', 'web', 'ingress-with-a-slash-more.example.test');
      world['Ingress/other'].spec.rules[0].http.paths[0].path = '/api/';
    },
    steps: warned(
      'Ingress other has `/api/` beside ingress-with-a-slash-more.example.test/api: the controller may take it for the same requests, and a weight would miss them.',
      (place) => place.delete('Ingress/other'),
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
