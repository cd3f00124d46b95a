import type { ApiObject } from '../../lab/api-objects.ts';
import { apply, applyInNamespaces, type Case, refused, runCommand, warned } from './case.ts';
import { account } from './cluster.ts';
import { ingress, object, patience, put, type World } from './world.ts';

const way = 'istio';
const service = (world: World) => world['VirtualService/agent-vs'].spec;
const split = (world: World) => service(world).http[1];
const to = (host: string, weight?: number, more: object = {}) => ({
  destination: { host, ...more },
  ...(weight === undefined ? {} : { weight }),
});
const header = { match: [{ headers: { 'x-canary': { exact: 'true' } } }], route: [to('agent-canary')] };
const sound = { route: [to('agent', 100), to('agent-canary', 0)] };
const http = (...list: readonly object[]) => ({ spec: { http: list } });
const rewrite =
  (...list: readonly object[]): Case['steps'][0]['mend'] =>
  async (place) =>
    void (await place.patch('VirtualService/agent-vs', http(...list)));
const unseen = /^Not checked: whether the controller of Ingress /;
const every = 'http rule 2 (every request)';
const whole = (host: string) => ({ route: [to(host)] });
/** Into the namespace of the service that has traffic. */
const elsewhere = (each: ApiObject) => ({ ...each, metadata: { ...each.metadata, namespace: 'served' } });
/** Lets users of a host in by a gateway. */
const behind = (world: World, host: string) =>
  Object.assign(service(world), { hosts: ['agent', host], gateways: ['mesh', 'istio-system/public'] });
const fullName = (name: string) => `agent.${name}.svc.cluster.local`;

export const istioCases: readonly Case[] = [
  {
    name: 'virtual-service-missing',
    way,
    change: (world) => delete world['VirtualService/agent-vs'],
    steps: refused('VirtualService virtual-service-missing/agent-vs is not there.', async (place) => {
      await place.apply({
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'agent-vs', namespace: place.namespace },
        spec: { hosts: ['agent'], http: [header, sound] },
      });
    }),
  },
  {
    name: 'destination-missing',
    way,
    change: (world) => {
      split(world).route = [to('agent')];
    },
    steps: refused(
      `VirtualService destination-missing/agent-vs has no http rule with the canary's destination \`agent-canary\` beside \`agent\`: ${every}.`,
      apply,
    ),
  },
  {
    name: 'no-http-rule-for-the-service',
    way,
    change: (world) => {
      service(world).http.splice(1, 1);
    },
    steps: refused('VirtualService no-http-rule-for-the-service/agent-vs has no http rule that sends requests to `agent`.', apply),
  },
  {
    name: 'split-behind-every-request',
    way,
    change: (world) => service(world).http.splice(1, 0, whole('agent')),
    steps: refused(
      `http rule 3 (every request) is reached by no request, so its weights have no effect: ${every} stands before it and takes them all.`,
      apply,
    ),
  },
  {
    name: 'one-side-twice',
    way,
    change: (world) => {
      split(world).route = [to('agent', 50, { port: { number: 80 } }), to(fullName('one-side-twice'), 50), to('agent-canary', 0)];
    },
    steps: refused(
      `${every} names \`agent\` (port 80) and \`${fullName('one-side-twice')}\` (port any), which are the same side: how its share is to be divided among them cannot be told, and at weight 0 the division would be lost.`,
      rewrite(header, sound)!,
    ),
  },
  {
    name: 'third-destination-too-coarse',
    way,
    change: (world) => {
      split(world).route = [to('agent', 9), to('agent-canary', 0), to('maintenance', 1)];
    },
    inputs: { stages: '5@1m 100@1m' },
    steps: [
      ...refused(
        `${every} has 9 parts for \`agent\` and \`agent-canary\` beside a third backend, so 5 % would be 0 of them, which is 0 %.`,
        apply,
      ),
      ...warned(
        `${every} also sends 7 of 70 to \`maintenance\`: these weights stay, and the canary's percentages are shares of the other 63 of 70.`,
      ),
    ],
  },
  {
    name: 'header-route-after-the-split',
    way,
    change: (world) => {
      service(world).http.reverse();
    },
    steps: warned(
      'No header route comes before http rule 1 (every request): nobody can ask for the canary there before it has weight.',
      apply,
    ),
  },
  {
    name: 'http-way-past-the-weight',
    way,
    change: (world) => {
      service(world).http.unshift({ match: [{ uri: { prefix: '/new' } }], route: [to('agent-canary')] });
    },
    steps: warned(
      'http rule 1 (uri under "/new") sends everything to the canary `agent-canary`, whatever its weight is, and not only what asks for it with a header. No rollout and no rollback changes that.',
      rewrite(header, { match: [{ uri: { prefix: '/new' } }], ...sound }, sound),
    ),
  },
  {
    name: 'header-rule-with-both-sides',
    way,
    change: (world) => {
      service(world).http[0] = { ...header, route: [to('agent', 0), to('agent-canary', 100)] };
    },
    steps: warned(
      'http rule 1 (header x-canary = "true") asks for a header and sends to the canary alone, but has `agent` at weight 0 beside it: so it counts as split, its weight follows the stages, and afterwards its header leads to stable.',
      apply,
    ),
    beside: [/^The route gives the canary 100 % at rest\.$/, /^No header route comes before /],
  },
  {
    name: 'http-mirrored',
    way,
    change: (world) => {
      split(world).mirror = { host: 'agent-canary' };
    },
    steps: warned(
      `${every} mirrors requests to the canary \`agent-canary\` at every weight. They count in its metrics, and its answers to them reach nobody.`,
      rewrite(header, sound),
    ),
  },
  {
    name: 'tcp-beside-http',
    way,
    change: (world) => {
      service(world).tcp = [{ match: [{ port: 5432 }], route: [{ destination: { host: 'agent' } }] }];
    },
    steps: warned('VirtualService tcp-beside-http/agent-vs has 1 tcp rule: connections are not split, only http requests are.'),
  },
  {
    name: 'half-a-name',
    way,
    change: (world) => {
      split(world).route = [to('agent.half-a-name', 100), to('agent-canary', 0)];
    },
    steps: refused(
      'The destination `agent.half-a-name` is neither a short name nor a full one: Istio takes a host with a dot as it is, and finds no Service by it.',
      async (place, [told]) => {
        const [, name = ''] = /Write `(.+?)`/.exec(told?.remedy ?? '') ?? [];
        await place.patch('VirtualService/agent-vs', http(header, { route: [to(name, 100), to('agent-canary', 0)] }));
      },
    ),
  },
  {
    name: 'ports-sent-to-one',
    way,
    change: (world) => {
      const port = { port: { number: 80 } };
      split(world).route = [to('agent', 100, port), to('agent-canary', 0, port)];
      for (const name of ['agent', 'agent-canary'])
        world[`Service/${name}`].spec.ports = [
          { name: 'http', port: 80, targetPort: 8080 },
          { name: 'grpc', port: 9090, targetPort: 8080 },
        ];
    },
    steps: warned(
      `${every} names no port and sends to port 80: calls to port 9090 of Service agent would end up there too.`,
      async (place) => {
        const on = (number: number) => {
          const port = { port: { number } };
          return { match: [{ port: number }], route: [to('agent', 100, port), to('agent-canary', 0, port)] };
        };
        await place.patch('VirtualService/agent-vs', http(header, on(80), on(9090)));
      },
    ),
  },
  {
    name: 'no-injection',
    way,
    change: (world) => {
      world['Namespace'].metadata.labels = { 'istio-injection': 'disabled' };
    },
    steps: refused(
      'Namespace no-injection has no injection label (istio-injection=enabled, or istio.io/rev): its pods get no sidecar, so their calls are not split and they have no `istio_*` metrics.',
      apply,
    ),
  },
  {
    name: 'no-injection-behind-a-gateway',
    way,
    change: (world) => {
      delete world['Namespace'].metadata.labels;
      service(world).gateways = ['mesh', 'istio-system/public'];
    },
    steps: warned(
      'Namespace no-injection-behind-a-gateway has no injection label (istio-injection=enabled, or istio.io/rev): its pods get no sidecar, so their calls are not split and they have no `istio_*` metrics.',
      apply,
    ),
  },
  {
    name: 'ambient',
    way,
    change: (world) => {
      world['Namespace'].metadata.labels = { 'istio.io/dataplane-mode': 'ambient' };
    },
    steps: warned(
      'Namespace ambient is in ambient mode: a VirtualService is in force there only behind a waypoint, which was not checked.',
    ),
  },
  {
    name: 'public-host-without-gateway',
    way,
    change: (world) => {
      service(world).hosts = ['agent', 'open.example.com'];
      put(world, 'Gateway/public', {
        spec: {
          selector: { istio: 'ingressgateway' },
          servers: [{ port: { number: 443, name: 'https', protocol: 'HTTP' }, hosts: ['*.example.com'] }],
        },
      });
    },
    steps: warned(
      'The public host `open.example.com` has no gateway in spec.gateways: the rules hold only for callers inside the mesh, and not for what comes in from outside.',
      apply,
    ),
  },
  {
    name: 'mesh-left-out',
    way,
    change: (world) => {
      service(world).gateways = ['istio-system/public'];
    },
    steps: warned('Calls inside the mesh to `agent` are not split, they all go to stable: spec.gateways does not contain `mesh`.', apply),
  },
  {
    name: 'nginx-past-the-mesh',
    way,
    change: (world) => {
      service(world).hosts = ['agent', 'agent.example.com'];
      service(world).gateways = ['mesh', 'istio-system/public'];
      world['Ingress/agent'] = ingress('agent', 'agent', 'agent.example.com');
    },
    steps: [
      ...refused(
        'Ingress agent leads to the Service `agent` past the mesh, so its requests all go to stable whatever the weights are: `service-upstream` is missing.',
        apply,
      ),
      ...warned('Not checked: whether the controller of Ingress agent has a sidecar. Without one its requests do not follow the weights.'),
    ],
  },
  {
    name: 'nginx-past-the-mesh-for-another-host',
    way,
    change: (world) => {
      world['Ingress/agent'] = ingress('agent', 'agent', 'agent.example.com');
    },
    steps: warned(
      'Ingress agent leads to the Service `agent` past the mesh, so its requests all go to stable whatever the weights are: `service-upstream` and `upstream-vhost` are missing.',
      apply,
    ),
    beside: [unseen],
  },
  {
    name: 'delegate',
    way,
    change: (world) => delete service(world).hosts,
    steps: warned(
      'Not checked: which requests come to agent-vs. It has no hosts, so it is a delegate, and another VirtualService settles that.',
    ),
  },
  {
    name: 'ingress-of-a-controller-that-is-not-known',
    way,
    change: (world) => {
      world['Ingress/agent'] = ingress('agent', 'agent', 'agent.example.com');
      world['Ingress/agent'].spec.ingressClassName = 'traefik';
    },
    steps: warned(
      'Not checked: whether the controller of Ingress agent (class traefik) is in the mesh and sends to the address of Service agent. Otherwise its requests go to stable whatever the weights are.',
      (place) => place.delete('Ingress/agent'),
    ),
  },
  {
    name: 'nginx-before-rules-of-a-gateway',
    way,
    change: (world) => {
      behind(world, 'outside.example.com');
      service(world).gateways = ['istio-system/public'];
      world['Ingress/agent'] = ingress('agent', 'agent', 'outside.example.com');
    },
    steps: [
      ...refused(
        'Ingress agent leads to the Service `agent` past the mesh, so its requests all go to stable whatever the weights are: agent-vs has no rules for callers of `agent` inside the mesh.',
        async (place) => void (await place.patch('VirtualService/agent-vs', { spec: { gateways: ['istio-system/public', 'mesh'] } })),
      ),
      ...refused(
        'Ingress agent leads to the Service `agent` past the mesh, so its requests all go to stable whatever the weights are: `service-upstream` is missing.',
        apply,
      ),
      ...warned('Not checked: whether the controller of Ingress agent has a sidecar. Without one its requests do not follow the weights.'),
    ],
  },
  {
    name: 'second-virtual-service',
    way,
    change: (world) =>
      put(world, 'VirtualService/again', { spec: { hosts: [fullName('second-virtual-service')], http: [whole('agent')] } }),
    steps: refused(
      `VirtualService second-virtual-service/again is for \`${fullName('second-virtual-service')}\` in the mesh too, beside agent-vs: Istio takes the older of them and leaves the other out, so a weight may be without effect.`,
      (place) => place.delete('VirtualService/again'),
    ),
  },
  {
    name: 'virtual-service-of-callers',
    way,
    settle: async (place) => {
      const host = fullName(place.namespace);
      await place.apply(elsewhere(object('VirtualService/of-callers', { spec: { hosts: [host], exportTo: ['.'], http: [whole(host)] } })));
    },
    steps: warned(
      `Callers of namespace served may follow VirtualService served/of-callers for \`${fullName('virtual-service-of-callers')}\`, and not the weights of agent-vs: it is for them alone.`,
      (place) => place.lab.client.delete({ ...place.name('VirtualService/of-callers'), namespace: 'served' }),
    ),
  },
  {
    name: 'narrower-host',
    way,
    change: (world) => {
      behind(world, '*.narrower.example.com');
      put(world, 'VirtualService/eu', { spec: { hosts: ['eu.narrower.example.com'], http: [whole('agent')] } });
    },
    steps: warned(
      'Requests for `eu.narrower.example.com` follow VirtualService narrower-host/eu, whose host is the narrower one, and not the weights of agent-vs.',
      (place) => place.delete('VirtualService/eu'),
    ),
  },
  {
    name: 'second-on-the-gateway',
    way,
    change: (world) => {
      behind(world, 'second.example.com');
      put(world, 'VirtualService/front', {
        spec: { hosts: ['second.example.com'], gateways: ['istio-system/public'], http: [whole('web')] },
      });
    },
    steps: [
      ...refused(
        'VirtualService second-on-the-gateway/front serves `second.example.com` by the gateway `istio-system/public` too, beside agent-vs, and both have a rule for every request: Istio merges them and one hides the other, so a weight may be without effect.',
        async (place) => {
          await place.patch('VirtualService/front', http({ match: [{ uri: { prefix: '/files' } }], ...whole('web') }));
        },
      ),
      ...warned(
        'VirtualService second-on-the-gateway/front serves `second.example.com` by the gateway `istio-system/public` too, beside agent-vs: Istio merges their rules in an order that nobody sets, so requests that rules of both match may not follow the weights.',
        (place) => place.delete('VirtualService/front'),
      ),
    ],
  },
  {
    name: 'destination-rule-elsewhere',
    way,
    settle: async (place) => {
      await place.apply(elsewhere(object('DestinationRule/of-callers', { spec: { host: fullName(place.namespace) } })));
    },
    steps: warned(
      'Not checked: DestinationRule served/of-callers, for the same host and outside of namespace destination-rule-elsewhere. Callers to whom Istio gives it go by its subsets and policies.',
      (place) => place.lab.client.delete({ ...place.name('DestinationRule/of-callers'), namespace: 'served' }),
    ),
  },
  {
    name: 'mesh-elsewhere-unseen',
    way,
    inputs: account,
    steps: [
      ...refused(/^Permissions are missing: /, applyInNamespaces),
      ...warned(
        /^Not checked for lack of permission: list virtualservices \(check that none of another namespace is for the same hosts\), .*list destinationrules \(check that none of another namespace is for the same host\)/,
        apply,
      ),
    ],
  },
  {
    name: 'two-destination-rules',
    way,
    change: (world) => {
      put(world, 'DestinationRule/agent', { spec: { host: 'agent' } });
      put(world, 'DestinationRule/agent-too', { spec: { host: fullName('two-destination-rules') } });
    },
    steps: warned(
      '2 DestinationRules are for host agent (agent, agent-too). Istio merges them: of their traffic policies only one holds, and which one depends on their age.',
      (place) => place.delete('DestinationRule/agent-too'),
    ),
  },
  {
    name: 'pinned-by-hash',
    way,
    change: (world) =>
      put(world, 'DestinationRule/agent', {
        spec: { host: 'agent', trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: 'x-user' } } } },
      }),
    steps: warned(
      'DestinationRule agent pins callers to pods by consistentHash: the pods of one side are loaded unevenly, so a canary of few pods may be measured on few users.',
      async (place) => void (await place.patch('DestinationRule/agent', { spec: { trafficPolicy: null } })),
    ),
  },
];

const subsets = (...list: readonly (readonly [string, Readonly<Record<string, string>>])[]) => ({
  spec: { subsets: list.map(([name, labels]) => ({ name, labels })) },
});
const both = subsets(['v1', { version: 'stable' }], ['v2', { version: 'next' }]);
const mendSubsets: Case['steps'][0]['mend'] = async (place) => void (await place.patch('DestinationRule/agent', both));
const pods = 'app=agent,version=stable';

export const subsetCases: readonly Case[] = [
  {
    name: 'subset-missing',
    way: 'subsets',
    change: (world) => {
      world['DestinationRule/agent'].spec.subsets.splice(1, 1);
    },
    steps: refused(
      'The subset `v2` of host agent is not there: agent does not define it. Requests for it would be answered with 503.',
      apply,
    ),
  },
  {
    name: 'destination-rule-missing',
    way: 'subsets',
    change: (world) => delete world['DestinationRule/agent'],
    steps: refused(
      [
        'The subset `v1` of host agent is not there: no DestinationRule of namespace destination-rule-missing is for host agent. Requests for it would be answered with 503.',
        'The subset `v2` of host agent is not there: no DestinationRule of namespace destination-rule-missing is for host agent. Requests for it would be answered with 503.',
      ],
      apply,
    ),
  },
  {
    name: 'subset-defined-twice',
    way: 'subsets',
    change: (world) => {
      world['DestinationRule/agent'].spec.subsets.push({ name: 'v2', labels: { version: 'later' } });
    },
    steps: refused(
      'The subset `v2` of host agent is defined 2 times (DestinationRule agent): which pods it means cannot be told.',
      mendSubsets,
    ),
  },
  {
    name: 'subset-misses-stable',
    way: 'subsets',
    change: (world) => {
      world['DestinationRule/agent'].spec.subsets[0].labels = { version: 'old' };
    },
    steps: refused(`The subset \`v1\` (version=old) does not select the pods of stable, Deployment agent (${pods}).`, mendSubsets),
  },
  {
    name: 'subsets-of-both-sides',
    way: 'subsets',
    change: (world) => {
      world['DestinationRule/agent'].spec.subsets[0].labels = { app: 'agent' };
    },
    steps: refused('The subset `v1` (app=agent) selects the pods of the canary too: it would get traffic at weight 0.', mendSubsets),
  },
  {
    name: 'subset-of-the-canary-is-stable',
    way: 'subsets',
    change: (world) => {
      world['DestinationRule/agent'].spec.subsets[1].labels = { app: 'agent' };
    },
    steps: refused(
      [
        "The selectors of Deployment agent (app=agent,version=stable) and of the canary agent-canary overlap, so stable would count the canary's pods as its own.",
        `The subset \`v2\` (app=agent) selects the pods of stable, Deployment agent (${pods}).`,
        'The subset `v1` (version=stable) selects the pods of the canary too: it would get traffic at weight 0.',
      ],
      mendSubsets,
    ),
  },
  {
    name: 'subset-misses-the-canary-of-the-user',
    way: 'subsets',
    change: (world) => {
      const { spec } = world['Deployment/agent'];
      const labels = { app: 'agent', version: 'beta' };
      const template = { ...spec.template, metadata: { labels } };
      put(world, 'Deployment/agent-canary', { spec: { ...spec, replicas: 0, selector: { matchLabels: labels }, template } });
    },
    steps: refused('The subset `v2` (version=next) does not select the pods of the canary, Deployment agent-canary.', async (place) => {
      await place.patch('DestinationRule/agent', subsets(['v1', { version: 'stable' }], ['v2', { version: 'beta' }]));
    }),
  },
  {
    name: 'service-of-one-subset',
    way: 'subsets',
    change: (world) => {
      world['Service/agent'].spec.selector = { app: 'agent', version: 'stable' };
    },
    steps: refused(
      'Service agent (app=agent,version=stable) would not select the pods of the canary (app=agent,version=next,wf-deploy.io/service=agent,wf-deploy.io/track=canary): its subset would have no endpoint.',
      async (place) => {
        await place.patch('Service/agent', { spec: { selector: { version: null } } });
      },
    ),
  },
  {
    name: 'stable-selects-both-subsets',
    way: 'subsets',
    change: (world) => {
      world['Deployment/agent'].spec.selector = { matchLabels: { app: 'agent' } };
    },
    steps: refused(
      "The selectors of Deployment agent (app=agent) and of the canary agent-canary overlap, so stable would count the canary's pods as its own.",
      async (place, [told]) => {
        await runCommand(place, told?.remedy ?? '');
        await place.apply(told?.yaml ?? '');
        await place.lab.client.waitForRollout(place.namespace, 'agent', patience);
      },
    ),
  },
  {
    name: 'rule-without-a-subset',
    way: 'subsets',
    change: (world) => {
      service(world).http.unshift({ match: [{ uri: { prefix: '/admin' } }], route: [to('agent')] });
    },
    steps: refused(
      'Host `agent` is named without a subset, so requests reach the canary\'s pods at weight 0: http rule 1 (uri under "/admin").',
      apply,
    ),
  },
  {
    name: 'port-without-a-rule',
    way: 'subsets',
    change: (world) => {
      world['Service/agent'].spec.ports = [
        { name: 'http', port: 80, targetPort: 8080 },
        { name: 'tcp-admin', port: 9999, targetPort: 8080 },
      ];
    },
    steps: warned("No rule of agent-vs is for port 9999 (tcp-admin) of Service agent: calls to it reach the canary's pods at weight 0."),
  },
  {
    name: 'rules-shown-to-one-namespace',
    way: 'subsets',
    change: (world) => {
      service(world).exportTo = ['.'];
    },
    steps: warned(
      "spec.exportTo shows the rules to namespace rules-shown-to-one-namespace alone: requests of callers of other namespaces do not follow the weights, and may reach the canary's pods at weight 0.",
      async (place) => void (await place.patch('VirtualService/agent-vs', { spec: { exportTo: ['*'] } })),
    ),
  },
  {
    name: 'load-balancer-of-both-subsets',
    way: 'subsets',
    change: (world) => {
      world['Service/agent'].spec.type = 'LoadBalancer';
    },
    steps: warned(
      "Service agent has a load balancer of its own (type LoadBalancer): requests that come in by it reach the canary's pods at weight 0.",
      async (place) => void (await place.patch('Service/agent', { spec: { type: 'ClusterIP' } })),
    ),
  },
  {
    name: 'mesh-left-out-by-subsets',
    way: 'subsets',
    change: (world) => {
      service(world).gateways = ['istio-system/public'];
    },
    steps: refused(
      "Calls inside the mesh to `agent` would reach the canary's pods at weight 0: spec.gateways does not contain `mesh`.",
      apply,
    ),
  },
  {
    name: 'nginx-past-the-subsets',
    way: 'subsets',
    change: (world) => {
      world['Ingress/agent'] = ingress('agent', 'agent', 'agent.example.com', { 'service-upstream': 'true' });
    },
    steps: refused(
      "Ingress agent leads to the Service `agent` past the mesh, so it reaches the canary's pods at weight 0: `upstream-vhost` is missing.",
      apply,
    ),
    beside: [unseen],
  },
];
