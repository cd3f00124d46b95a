import { apply, type Case, refused, warned } from './case.ts';
import { put, type World } from './world.ts';

const rules = (world: World) => world['HTTPRoute/agent'].spec.rules;
const split = (world: World) => rules(world)[1];
const backends = (...weights: readonly (readonly [string, number])[]) => weights.map(([name, weight]) => ({ name, port: 80, weight }));
const header = { matches: [{ headers: [{ name: 'x-canary', value: 'true' }] }], backendRefs: [{ name: 'agent-canary', port: 80 }] };
const noDivision = 'how its share is to be divided among them cannot be told, and at weight 0 the division would be lost.';
const route = (list: readonly object[]) => ({ spec: { rules: list } });

/** Another route beside that of the service, made before it: the older of the two, or of one age the first by its name. */
const earlier = (world: World, spec: object) => {
  const own = world['HTTPRoute/agent'];
  delete world['HTTPRoute/agent'];
  put(world, 'HTTPRoute/a-first', { spec: { parentRefs: own.spec.parentRefs, ...spec } });
  world['HTTPRoute/agent'] = own;
};
const order = 'of routes with the same match the Gateway API serves the older one, and of one age the first by name.';

export const gatewayApiCases: readonly Case[] = [
  {
    name: 'http-route-missing',
    change: (world) => delete world['HTTPRoute/agent'],
    steps: refused('HTTPRoute http-route-missing/agent is not there.', async (place) => {
      await place.apply({
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: 'agent', namespace: place.namespace },
        spec: {
          parentRefs: [{ name: 'default', namespace: 'gateway' }],
          rules: [header, { backendRefs: backends(['agent', 1], ['agent-canary', 0]) }],
        },
      });
    }),
  },
  {
    name: 'http-route-without-parent',
    change: (world) => delete world['HTTPRoute/agent'].spec.parentRefs,
    steps: refused(
      'HTTPRoute http-route-without-parent/agent names no parent in spec.parentRefs, so no gateway serves it.',
      async (place) => void (await place.patch('HTTPRoute/agent', { spec: { parentRefs: [{ name: 'default', namespace: 'gateway' }] } })),
    ),
  },
  {
    name: 'canary-backend-missing',
    change: (world) => {
      split(world).backendRefs = backends(['agent', 1]);
    },
    steps: refused(
      "HTTPRoute canary-backend-missing/agent has no rule with the canary's backend `agent-canary` beside `agent`: rule 2 (every path).",
      apply,
    ),
  },
  {
    name: 'canary-backend-missing-beside-a-third',
    change: (world) => {
      split(world).backendRefs = backends(['agent', 9], ['agent-canary-2', 1]);
    },
    inputs: { stages: '5@1m 100@1m' },
    steps: [
      ...refused(
        "HTTPRoute canary-backend-missing-beside-a-third/agent has no rule with the canary's backend `agent-canary` beside `agent`: rule 2 (every path).",
        apply,
      ),
      // Fitted to the stages already: nothing about its scale.
      ...warned(
        "rule 2 (every path) also sends 7 of 70 to `agent-canary-2`: these weights stay, and the canary's percentages are shares of the other 63 of 70.",
      ),
    ],
  },
  {
    name: 'no-rule-for-the-service',
    change: (world) => {
      rules(world).splice(1, 1);
    },
    steps: refused('HTTPRoute no-rule-for-the-service/agent has no rule that sends requests to the Service `agent`.', apply),
  },
  {
    name: 'split-behind-the-same-match',
    change: (world) => rules(world).splice(1, 0, { backendRefs: backends(['agent', 1]) }),
    steps: refused(
      'rule 3 (every path) is reached by no request, so its weights have no effect: rule 2 (every path) stands before it and takes them all.',
      apply,
    ),
  },
  {
    name: 'service-twice-in-a-rule',
    change: (world) => {
      world['Service/agent'].spec.ports = [
        { name: 'http', port: 80, targetPort: 8080 },
        { name: 'admin', port: 81, targetPort: 8080 },
      ];
      split(world).backendRefs = [{ name: 'agent', port: 81, weight: 50 }, ...backends(['agent', 50], ['agent-canary', 0])];
    },
    steps: refused(`rule 2 (every path) names the Service \`agent\` 2 times (ports 81, 80): ${noDivision}`, async (place) => {
      await place.patch('HTTPRoute/agent', route([header, { backendRefs: backends(['agent', 100], ['agent-canary', 0]) }]));
    }),
  },
  {
    name: 'nothing-left-to-split',
    change: (world) => {
      split(world).backendRefs = backends(['agent', 0], ['agent-canary', 0], ['maintenance', 100]);
    },
    steps: [
      {
        says: 'rule 2 (every path) gives `agent` and `agent-canary` weight 0 beside a backend that has all the traffic: there is nothing to split.',
        as: 'refusal',
        mend: async (place) =>
          void (await place.patch(
            'HTTPRoute/agent',
            route([header, { backendRefs: backends(['agent', 100], ['agent-canary', 0], ['maintenance', 0]) }]),
          )),
      },
    ],
  },
  {
    name: 'scale-too-coarse',
    change: (world) => {
      split(world).backendRefs = backends(['agent', 9], ['agent-canary', 0], ['files', 1]);
    },
    inputs: { stages: '5@1m 50@1m 100@1m' },
    steps: [
      ...refused(
        'rule 2 (every path) has 9 parts for `agent` and `agent-canary` beside a third backend, so 5 % would be 0 of them, which is 0 % and 50 % would be 5 of them, which is 55.6 %.',
        apply,
      ),
      ...warned(
        "rule 2 (every path) also sends 12 of 120 to `files`: these weights stay, and the canary's percentages are shares of the other 108 of 120.",
      ),
    ],
  },
  {
    name: 'scale-that-cannot-be-multiplied',
    change: (world) => {
      split(world).backendRefs = backends(['agent', 9], ['agent-canary', 0], ['files', 1_000_000]);
    },
    inputs: { stages: '50@1m 100@1m' },
    steps: refused(
      'rule 2 (every path) has 9 parts for `agent` and `agent-canary` beside a third backend, so 50 % would be 5 of them, which is 55.6 %.',
      async (place) => {
        await place.patch('HTTPRoute/agent', route([header, { backendRefs: backends(['agent', 100], ['agent-canary', 0], ['files', 0]) }]));
      },
    ),
  },
  {
    name: 'header-route-missing',
    change: (world) => {
      rules(world).splice(0, 1);
    },
    steps: warned('No header route covers rule 1 (every path): nobody can ask for the canary there before it has weight.', apply),
  },
  {
    name: 'header-routes-missing-for-two-rules',
    change: (world) => {
      rules(world)[0] = { ...split(world), matches: [{ path: { type: 'PathPrefix', value: '/api' } }] };
    },
    steps: warned(
      'No header route covers rule 1 (paths under /api); rule 2 (every path): nobody can ask for the canary there before it has weight.',
      apply,
    ),
  },
  {
    name: 'way-past-the-weight',
    change: (world) => {
      rules(world).push({ matches: [{ path: { type: 'PathPrefix', value: '/new' } }], backendRefs: backends(['agent-canary', 1]) });
    },
    steps: warned(
      'rule 3 (paths under /new) sends everything to the canary `agent-canary`, whatever its weight is, and not only what asks for it with a header. No rollout and no rollback changes that.',
      async (place) => {
        const { spec } = await place.get('HTTPRoute/agent');
        const add = [header, { ...header, matches: [{ path: { value: '/new' }, ...header.matches[0] }] }];
        const [, second, third] = spec.rules;
        await place.patch(
          'HTTPRoute/agent',
          route([...add, second, { ...third, backendRefs: backends(['agent', 100], ['agent-canary', 0]) }]),
        );
      },
    ),
  },
  {
    name: 'mirrored-to-the-canary',
    change: (world) => {
      split(world).filters = [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'agent-canary', port: 80 } } }];
    },
    steps: warned(
      'rule 2 (every path) mirrors requests to the canary `agent-canary` at every weight. They count in its metrics, and its answers to them reach nobody.',
      async (place) =>
        void (await place.patch('HTTPRoute/agent', route([header, { backendRefs: backends(['agent', 100], ['agent-canary', 0]) }]))),
    ),
  },
  {
    name: 'weight-at-rest',
    change: (world) => {
      split(world).backendRefs = backends(['agent', 80], ['agent-canary', 20]);
    },
    inputs: { 'at-rest': 'stop' },
    steps: [
      ...refused('The route gives the canary 20 % at rest.', () => ({ 'at-rest': 'reset' })),
      ...warned('The route gives the canary 20 % at rest.', async (place) => {
        await place.patch('HTTPRoute/agent', route([header, { backendRefs: backends(['agent', 100], ['agent-canary', 0]) }]));
      }),
    ],
  },
  {
    name: 'older-route-takes-all',
    change: (world) => earlier(world, { rules: [{ backendRefs: backends(['pages', 1]) }] }),
    steps: refused(
      `HTTPRoute older-route-takes-all/a-first goes before agent for rule 2 (every path) at Gateway gateway/default: ${order} No request reaches the split, so its weights have no effect.`,
      async (place) => {
        await place.patch('HTTPRoute/a-first', {
          spec: { rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/pages' } }], backendRefs: backends(['pages', 1]) }] },
        });
      },
    ),
  },
  {
    name: 'older-route-takes-a-hostname',
    change: (world) => {
      const name = (host: string) => `${host}.older-route.example.test`;
      earlier(world, { hostnames: [name('b')], rules: [{ backendRefs: backends(['agent', 1]) }] });
      world['HTTPRoute/agent'].spec.hostnames = [name('a'), name('b')];
    },
    steps: warned(
      `HTTPRoute older-route-takes-a-hostname/a-first goes before agent for rule 2 (every path) of \`b.older-route.example.test\` at Gateway gateway/default: ${order} What it takes there does not follow the weights.`,
      async (place) => place.delete('HTTPRoute/a-first'),
    ),
  },
  {
    name: 'narrower-hostname',
    change: (world) => {
      earlier(world, { hostnames: ['a.narrower.example.test'], rules: [{ backendRefs: backends(['agent', 1]) }] });
      world['HTTPRoute/agent'].spec.hostnames = ['*.narrower.example.test'];
    },
    steps: warned(
      'Requests for `a.narrower.example.test` follow HTTPRoute narrower-hostname/a-first, whose hostname is the narrower one, and not the weights of agent.',
      async (place) => place.delete('HTTPRoute/a-first'),
    ),
  },
];
