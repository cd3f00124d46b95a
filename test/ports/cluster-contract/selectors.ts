import { ConfigMap, Event } from '../../../src/domain/kubernetes/kinds.ts';
import type { ListOptions } from '../../../src/ports/cluster.ts';
import { type ContractCase, codeOf, create, type Ground, list, namesOf } from './case.ts';

const shortNames = async (on: Ground, work: Parameters<typeof namesOf>[0]): Promise<readonly string[]> =>
  namesOf(work).map((name) => name.replace(`${on.name}-`, ''));

/** What a selector finds of four objects, or how it ends. */
const finds = (selector: string, comesTo: readonly string[] | string): ContractCase => ({
  says: `the labels "${selector}"`,
  does: async (on) => {
    for (const [name, labels] of [
      ['stable', { app: 'agent', track: 'stable' }],
      ['canary', { app: 'agent', track: 'canary' }],
      ['other', { app: 'other' }],
      ['bare', {}],
    ] as const)
      await create(on, {}, { name: `${on.name}-${name}`, labels });
    const labels = selector === '' ? {} : { labels: `case=${on.name},${selector}` };
    const how = await codeOf(list(on, on.here, labels));
    return how === 'done' ? await shortNames(on, await list(on, on.here, labels)) : how;
  },
  comesTo,
});

/** What a field selector finds of three Events. */
const findsEvents = (fields: string, comesTo: readonly string[] | string): ContractCase => ({
  says: `the fields "${fields}" of Events`,
  does: async (on) => {
    for (const [name, about, reason] of [
      ['first', 'agent', 'BackOff'],
      ['second', 'agent', 'Killing'],
      ['third', 'agent-canary', 'BackOff'],
    ])
      await on.cluster.write({
        do: 'create',
        kind: Event,
        namespace: on.here,
        object: {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name: `${on.name}-${name}`, namespace: on.here },
          involvedObject: { kind: 'Pod', namespace: on.here, name: `${on.name}-${about}`, uid: `${on.name}-${about}-uid` },
          reason,
          type: 'Warning',
        },
      });
    const options = { fields: fields.replaceAll('CASE', on.name) };
    const how = await codeOf(on.cluster.list(Event, on.here, options));
    return how === 'done' ? await shortNames(on, await on.cluster.list(Event, on.here, options)) : how;
  },
  comesTo,
});

/** What options find of the ConfigMaps a, b and c. */
const findsNamed = (says: string, options: (on: Ground) => ListOptions, comesTo: readonly string[] | string): ContractCase => ({
  says,
  does: async (on) => {
    for (const name of ['c', 'a', 'b']) await create(on, {}, { name: `${on.name}-${name}` });
    const how = await codeOf(list(on, on.here, options(on)));
    return how === 'done' ? await shortNames(on, await list(on, on.here, options(on))) : how;
  },
  comesTo,
});

export const selectors: readonly ContractCase[] = [
  finds('', ['bare', 'canary', 'other', 'stable']),
  finds('app=agent', ['canary', 'stable']),
  finds('app==agent', ['canary', 'stable']),
  finds('app=', []),
  finds('app!=agent', ['bare', 'other']),
  finds('app in (agent,other)', ['canary', 'other', 'stable']),
  finds('app notin (agent)', ['bare', 'other']),
  finds('app notin (agent, other)', ['bare']),
  finds('track', ['canary', 'stable']),
  finds('!track', ['bare', 'other']),
  finds('app=agent,track!=canary', ['stable']),
  finds('app in (agent,other),track notin (canary,stable)', ['other']),
  finds('app=agent=other', 'CLUSTER_REFUSED'),
  finds('app in agent', 'CLUSTER_REFUSED'),
  findsNamed('a list is in the order of the names', () => ({}), ['a', 'b', 'c']),
  findsNamed('a list of so many is of the first', () => ({ limit: 2 }), ['a', 'b']),
  findsNamed('a name finds one', (on) => ({ name: `${on.name}-b` }), ['b']),
  findsNamed('a name and labels find what has both', (on) => ({ name: `${on.name}-b`, labels: 'case=none' }), []),
  findsNamed('a field that every kind has', (on) => ({ fields: `metadata.name=${on.name}-b` }), ['b']),
  findsNamed('a field that is to be another', (on) => ({ fields: `metadata.name!=${on.name}-b` }), ['a', 'c']),
  findsNamed('the namespace as a field', (on) => ({ fields: `metadata.namespace=${on.elsewhere}` }), []),
  findsNamed('a field that cannot be selected', () => ({ fields: 'data.a=1' }), 'CLUSTER_REFUSED'),
  findsEvents('involvedObject.name=CASE-agent', ['first', 'second']),
  findsEvents('involvedObject.uid=CASE-agent-canary-uid', ['third']),
  findsEvents('involvedObject.name=CASE-agent,reason=BackOff', ['first']),
  findsEvents('involvedObject.name=CASE-agent,reason!=BackOff', ['second']),
  findsEvents('involvedObject.name=CASE-none', []),
  findsEvents('message=CASE', 'CLUSTER_REFUSED'),
  {
    says: 'a selector holds in all namespaces alike',
    does: async (on) => {
      await create(on, {}, { labels: { app: 'agent' } });
      await create(on, {}, { labels: { app: 'other' }, namespace: on.elsewhere });
      return (await on.cluster.list(ConfigMap, '', { labels: `case=${on.name},app=agent` })).length;
    },
    comesTo: 1,
  },
];
