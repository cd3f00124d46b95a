import { describe, expect, it } from '@jest/globals';
import type { Undo } from '../../src/domain/guardian/undo.ts';
import type { KubernetesObject, ObjectRef } from '../../src/domain/kubernetes/object.ts';
import { type LeaseView, readLease } from '../../src/domain/rollout/lease.ts';
import { gatewayApi } from '../../src/domain/traffic/gateway-api.ts';
import { Failure } from '../../src/failure.ts';
import type { Hands } from '../../src/guardian/hands.ts';
import { perform } from '../../src/guardian/perform.ts';
import type { Held } from '../../src/guardian/state.ts';
import type { Write } from '../../src/ports/cluster.ts';
import type { Alert } from '../../src/ports/notifier.ts';
import { handsOn } from './hands-on.ts';

const undo: Undo = {
  router: 'gateway-api',
  app: { service: 'agent', namespace: 'shop', route: 'agent', canaryService: 'agent-canary' },
  stableDeployment: 'agent',
  lease: 'wf-deploy-agent',
  epoch: 4,
  leaseSeconds: 60,
  restoreSeconds: 600,
};

const record = { phase: 'promoting', weight: 100, container: 'app', image: 'new', previousImage: 'old', run: 'page', since: 's' };
const lease = (holder = 'run', epoch = 4): KubernetesObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: {
    name: 'wf-deploy-agent',
    resourceVersion: '7',
    annotations: { 'wf-deploy.io/epoch': String(epoch), 'wf-deploy.io/rollout': JSON.stringify(record) },
  },
  spec: { holderIdentity: holder, leaseDurationSeconds: 60, renewTime: 't' },
});
const route = (weight: number, epoch = 4): KubernetesObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'agent', namespace: 'shop', uid: 'u', resourceVersion: '1', annotations: { 'wf-deploy.io/epoch': String(epoch) } },
  spec: {
    rules: [
      {
        backendRefs: [
          { name: 'agent', weight: 100 - weight },
          { name: 'agent-canary', weight },
        ],
      },
    ],
  },
});
const stable = (image: string): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'agent', generation: 1, resourceVersion: '1' },
  spec: { replicas: 1, template: { spec: { containers: [{ name: 'app', image }] } } },
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1, readyReplicas: 1 },
});

/** A cluster of three objects. `refuse` answers a write with a failure; what passes is stored, if it is a whole object. */
class World {
  readonly writes: Write[] = [];
  readonly objects: Map<string, KubernetesObject>;
  refuse: (write: Write) => Failure | undefined = () => undefined;
  /** What someone else makes of an object as soon as it is stored. */
  meddle: (object: KubernetesObject) => KubernetesObject = (object) => object;
  readonly hands: Hands;

  constructor(...objects: readonly KubernetesObject[]) {
    this.objects = new Map(objects.map((object) => [object.kind, object]));
    this.hands = handsOn(
      {
        get: (ref: ObjectRef) => Promise.resolve(this.objects.get(ref.kind.kind)),
        write: (write: Write) => this.write(write),
      },
      { monotonic: () => 1, now: () => new Date(0), sleep: () => Promise.resolve() },
      undo,
    );
  }

  private write(write: Write): Promise<KubernetesObject> {
    const failure = this.refuse(write);
    if (failure !== undefined) return Promise.reject(failure);
    this.writes.push(write);
    if (write.do === 'replace' && write.dryRun !== true) this.objects.set(write.object.kind, this.meddle(write.object));
    return Promise.resolve('object' in write ? write.object : lease());
  }

  get said(): readonly string[] {
    return this.writes.map(
      (write) => `${write.dryRun === true ? 'dry run: ' : ''}${write.do} ${'ref' in write ? write.ref.kind.kind : write.kind.kind}`,
    );
  }
}

const view: LeaseView = readLease(lease());
const held: Held = { epoch: 5, found: view, leaseGone: false };
const failure = (code: Failure['code']): Failure => new Failure(code, 'what', 'remedy');
const at = 1;

describe('the rehearsal', () => {
  it('is a dry run of both writes, and then the word in the Lease', async () => {
    const world = new World(lease(), route(0), stable('old'));
    expect(await perform(world.hands, { do: 'rehearse' })).toEqual({ on: 'done', at });
    expect(world.said).toEqual(['dry run: replace HTTPRoute', 'dry run: patch Deployment', 'patch Lease']);
    expect(JSON.stringify(world.writes[2])).toContain('watching');
  });

  it('that is refused is said, and not taken for a success', async () => {
    const world = new World(lease(), route(0), stable('old'));
    world.refuse = (write) => (write.dryRun === true && write.do === 'patch' ? failure('CLUSTER_FORBIDDEN') : undefined);
    expect(await perform(world.hands, { do: 'rehearse' })).toMatchObject({ on: 'refused' });
    expect(JSON.stringify(world.writes.at(-1))).toContain('unable');
  });
});

it('a rehearsal that somebody’s writes get in the way of again and again is said as well', async () => {
  const world = new World(lease(), route(0), stable('old'));
  world.refuse = (write) => (write.dryRun === true ? failure('CLUSTER_CONFLICT') : undefined);
  await perform(world.hands, { do: 'rehearse' });
  expect(JSON.stringify(world.writes.at(-1))).toContain('unable');
});

describe('weight 0', () => {
  it('is written with the new epoch and read back', async () => {
    const world = new World(lease(), route(25));
    expect(await perform(world.hands, { do: 'empty', held, inSeconds: 0 })).toEqual({ on: 'done', at });
    const written = world.objects.get('HTTPRoute');
    expect(written?.metadata.annotations?.['wf-deploy.io/epoch']).toBe('5');
    expect(written?.metadata.resourceVersion).toBe('1');
    expect(gatewayApi.weight(written === undefined ? [] : [written], undo.app)).toBe(0);
  });

  it('is not written after a later epoch', async () => {
    const world = new World(lease(), route(25, 6));
    expect(await perform(world.hands, { do: 'empty', held, inSeconds: 0 })).toEqual({ on: 'overtaken', at });
    expect(world.writes).toEqual([]);
  });

  it('is written anew after a conflict', async () => {
    const world = new World(lease(), route(25));
    let conflicts = 3;
    world.refuse = () => (conflicts-- > 0 ? failure('CLUSTER_CONFLICT') : undefined);
    expect(await perform(world.hands, { do: 'empty', held, inSeconds: 0 })).toEqual({ on: 'done', at });
  });

  it('is not confirmed when someone else writes the route again and again', async () => {
    const world = new World(lease(), route(25));
    world.refuse = (write) => (write.do === 'replace' ? failure('CLUSTER_CONFLICT') : undefined);
    expect(await perform(world.hands, { do: 'empty', held, inSeconds: 0 })).toMatchObject({ on: 'undone' });
  });

  it('is not confirmed when it does not last until it is read back', async () => {
    const world = new World(lease(), route(25));
    world.meddle = () => route(25, 5);
    expect(await perform(world.hands, { do: 'empty', held, inSeconds: 0 })).toMatchObject({
      on: 'undone',
      reason: 'Weight 0 did not take: the canary has 25 % instead of 0 %.',
    });
  });

  it('is not confirmed where the route leads to the canary alone, unless a rule did so before the rollout', async () => {
    const alone: KubernetesObject = { ...route(25), spec: { rules: [{ backendRefs: [{ name: 'agent-canary', weight: 25 }] }] } };
    const empty = (fixed?: number) => {
      const left = lease();
      const annotations = { ...left.metadata.annotations, 'wf-deploy.io/rollout': JSON.stringify({ ...record, fixed }) };
      const found = readLease({ ...left, metadata: { ...left.metadata, annotations } });
      return perform(new World(left, alone).hands, { do: 'empty', held: { ...held, found }, inSeconds: 0 });
    };
    expect(await empty()).toMatchObject({ on: 'undone', reason: expect.stringContaining('has no stable side any more') });
    expect(await empty(1)).toMatchObject({ on: 'done' });
  });

  it('is where a route that is gone stands already', async () => {
    expect(await perform(new World(lease()).hands, { do: 'empty', held, inSeconds: 0 })).toEqual({ on: 'done', at });
  });
});

describe('stable', () => {
  it('gets its old image after the route has the new epoch', async () => {
    const world = new World(lease(), route(100), stable('new'));
    expect(await perform(world.hands, { do: 'restore-stable', held, inSeconds: 0 })).toEqual({ on: 'done', at });
    expect(world.said).toEqual(['patch Lease', 'replace HTTPRoute', 'patch Lease', 'patch Deployment']);
    expect(JSON.stringify(world.writes[3])).toContain('"value":"old"');
    const written = world.objects.get('HTTPRoute');
    expect(gatewayApi.weight(written === undefined ? [] : [written], undo.app)).toBe(100);
  });

  it.each(['old', 'someone else’s'])(
    'that runs the image %s keeps it, and gets the epoch: what the dead run still sends is refused',
    async (image) => {
      const world = new World(lease(), route(100), stable(image));
      await perform(world.hands, { do: 'restore-stable', held, inSeconds: 0 });
      expect(world.said).toEqual(['patch Lease', 'replace HTTPRoute', 'patch Lease', 'patch Deployment']);
      expect(world.writes[3]).toMatchObject({
        operations: [
          { op: 'test', path: '/metadata/resourceVersion', value: '1' },
          { op: 'add', path: '/metadata/annotations', value: { 'wf-deploy.io/epoch': '5' } },
        ],
      });
    },
  );

  describe('whose autoscaler wants more pods than find a node', () => {
    const { status, ...rest } = stable('old');
    const grown = (readyReplicas: number): KubernetesObject => ({
      ...rest,
      spec: { ...(rest['spec'] as object), replicas: 8 },
      status: { ...(status as object), replicas: 8, updatedReplicas: 8, readyReplicas, availableReplicas: readyReplicas },
    });
    const look = async (object: KubernetesObject, enough?: number) =>
      await perform(new World(lease(), route(100), object).hands, {
        do: 'look-at-stable',
        held: { ...held, found: { ...view, rollout: { ...record, phase: 'restoring', ...(enough === undefined ? {} : { enough }) } } },
        inSeconds: 0,
      });

    it.each([
      [4, 4, true],
      [3, 4, false],
      [7, undefined, false],
      [8, undefined, true],
    ])('with %i ready of 8 may serve where %p are enough: %p', async (ready, enough, available) => {
      expect(await look(grown(ready), enough)).toEqual({ on: 'stable', at, available });
    });
  });

  it('is not touched when the Lease is not the guardian’s any more', async () => {
    const world = new World(lease(), route(100), stable('new'));
    world.refuse = (write) => ('ref' in write && write.ref.kind.kind === 'Lease' ? failure('CLUSTER_CONFLICT') : undefined);
    expect(await perform(world.hands, { do: 'restore-stable', held, inSeconds: 0 })).toEqual({ on: 'overtaken', at });
    expect(world.writes).toEqual([]);
  });
});

describe('the last word', () => {
  it('gives the Lease away with what was done, and an Event about the route', async () => {
    const world = new World(lease(), route(0));
    await perform(world.hands, { do: 'tell', held, did: 'stable restored, weight 0', told: [], inSeconds: 0 });
    expect(world.said).toEqual(['patch Lease', 'create Event']);
    const words = JSON.stringify(world.writes[0]);
    expect(words).toContain('"path":"/spec/holderIdentity","value":""');
    expect(words).toContain(String.raw`\"phase\":\"emptying\",\"weight\":0`);
    expect(JSON.stringify(world.writes[1])).toContain('"uid":"u"');
  });

  it('keeps the phase when stable could not be mended', async () => {
    const world = new World(lease(), route(100));
    await perform(world.hands, { do: 'tell', held, did: 'stable not restored in time', told: [], inSeconds: 0 });
    expect(JSON.stringify(world.writes[0])).not.toContain('emptying');
  });

  it('says in the Lease who knows, where traffic went back', async () => {
    const world = new World(lease(), route(0));
    await perform(world.hands, { do: 'tell', held, did: 'weight 0', told: ['slack'], inSeconds: 0 });
    expect(JSON.stringify(world.writes[0])).toContain('"path":"/metadata/annotations/wf-deploy.io~1told","value":"slack"');
    await perform(world.hands, { do: 'tell', held, did: 'stable not restored in time', told: ['slack'], inSeconds: 0 });
    expect(JSON.stringify(world.writes[2])).not.toContain('wf-deploy.io~1told');
  });

  it('does not depend on the Event', async () => {
    const world = new World(lease(), route(0));
    world.refuse = (write) => (write.do === 'create' ? failure('CLUSTER_FORBIDDEN') : undefined);
    expect(await perform(world.hands, { do: 'tell', held, did: 'weight 0', told: ['slack'], inSeconds: 0 })).toEqual({ on: 'done', at });
  });
});

describe('telling people', () => {
  it('is done once, for those who do not know yet; who fails is left out', async () => {
    const world = new World(lease(), route(0));
    const sent: Alert[] = [];
    const notifier = (name: string, send: (alert: Alert) => void) => ({
      name,
      send: (alert: Alert) => Promise.resolve().then(() => send(alert)),
    });
    const hands: Hands = {
      ...world.hands,
      notifiers: [
        notifier('slack', (alert) => sent.push(alert)),
        notifier('teams', () => {
          throw failure('NOTIFY_FAILED');
        }),
        notifier('webhook', () => {
          throw new TypeError('a defect');
        }),
        notifier('alertmanager', (alert) => sent.push(alert)),
      ],
    };
    const knowing = { ...held, found: { ...view, told: ['alertmanager'] } };
    expect(await perform(hands, { do: 'announce', held: knowing, did: 'weight 0' })).toEqual({
      on: 'announced',
      at,
      to: ['alertmanager', 'slack'],
    });
    expect(sent).toMatchObject([
      {
        severity: 'warning',
        service: 'agent',
        run: 'page',
        message: expect.stringContaining('because the run page gave no sign of life for 60 s'),
        facts: { image: 'new', 'previous-image': 'old', 'weight-before': '100 %', weight: '0' },
      },
    ]);
    expect(world.writes).toEqual([]);
  });

  it('is urgent where the canary keeps its traffic', async () => {
    const sent: Alert[] = [];
    const hands: Hands = {
      ...new World(lease(), route(100)).hands,
      notifiers: [{ name: 'slack', send: async (alert) => void sent.push(alert) }],
    };
    await perform(hands, { do: 'announce', held, did: 'stable not restored in time' });
    expect(sent).toMatchObject([{ severity: 'critical' }]);
    expect(sent[0]?.facts).not.toHaveProperty('weight');
  });
});

describe('the Lease', () => {
  it('is taken by the version that was seen', async () => {
    const world = new World(lease());
    expect(await perform(world.hands, { do: 'take', found: view })).toEqual({ on: 'done', at });
    expect(world.objects.get('Lease')).toMatchObject({ metadata: { resourceVersion: '7' }, spec: { holderIdentity: 'guardian/pod-1' } });
    const renewed = new World({ ...lease(), metadata: { ...lease().metadata, resourceVersion: '8' } });
    expect(await perform(renewed.hands, { do: 'take', found: view })).toEqual({ on: 'overtaken', at });
    expect(renewed.writes).toEqual([]);
  });

  it.each(['CLUSTER_UNREACHABLE', 'CLUSTER_BROKEN', 'CLUSTER_FORBIDDEN', 'CLUSTER_UNAUTHORISED'] as const)(
    'that cannot be read (%s) was not read',
    async (code) => {
      const world = new World(lease());
      const hands: Hands = { ...world.hands, cluster: { ...world.hands.cluster, get: () => Promise.reject(failure(code)) } };
      expect(await perform(hands, { do: 'read', inSeconds: 0 })).toMatchObject({ on: 'unanswered' });
    },
  );
});
