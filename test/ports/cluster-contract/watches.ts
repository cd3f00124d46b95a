import { ConfigMap } from '../../../src/domain/kubernetes/kinds.ts';
import type { ListOptions } from '../../../src/ports/cluster.ts';
import { type ContractCase, create, type Ground, patch, refOf } from './case.ts';

/** What a watch tells while something is done after each thing that it tells; over when nothing more is to be done. */
async function told(
  on: Ground,
  namespace: string,
  options: ListOptions,
  then: readonly (() => Promise<unknown>)[],
): Promise<readonly string[]> {
  const over = new AbortController();
  const events: string[] = [];
  const left = [...then];
  for await (const { type, object } of on.cluster.watch(ConfigMap, namespace, options, over.signal)) {
    const at = object.metadata.namespace === on.here ? 'here' : 'elsewhere';
    events.push(`${type} ${at} ${object.metadata.name.replace(on.name, '')}${JSON.stringify(object['data'] ?? {})}`);
    const next = left.shift();
    if (next === undefined) over.abort();
    await next?.();
  }
  return events;
}

const set = (on: Ground, value: string, wish: { readonly namespace?: string; readonly name?: string } = {}) =>
  patch(on, [{ op: 'replace', path: '/data/a', value }], wish);

export const watches: readonly ContractCase[] = [
  {
    says: 'a watch of a namespace tells nothing of another',
    does: async (on) => {
      const elsewhere = { namespace: on.elsewhere };
      await create(on, { a: '0' }, elsewhere);
      await create(on, { a: '0' });
      const change = async () => [await set(on, '1', elsewhere), await set(on, '1')];
      const remove = async () => {
        await on.cluster.write({ do: 'delete', ref: refOf(on, elsewhere) });
        await on.cluster.write({ do: 'delete', ref: refOf(on) });
      };
      return await told(on, on.here, { labels: `case=${on.name}` }, [change, remove]);
    },
    comesTo: ['present here {"a":"0"}', 'present here {"a":"1"}', 'gone here {"a":"1"}'],
  },
  {
    says: 'a watch of all namespaces tells of each',
    does: async (on) => {
      await create(on, { a: '0' });
      return await told(on, '', { labels: `case=${on.name}` }, [
        () => create(on, { a: '0' }, { namespace: on.elsewhere }),
        () => set(on, '1'),
        () => on.cluster.write({ do: 'delete', ref: refOf(on, { namespace: on.elsewhere }) }),
      ]);
    },
    comesTo: ['present here {"a":"0"}', 'present elsewhere {"a":"0"}', 'present here {"a":"1"}', 'gone elsewhere {"a":"0"}'],
  },
  {
    says: 'what a selector no longer selects is gone',
    does: async (on) => {
      await create(on, { a: '0' }, { labels: { app: 'agent' } });
      return await told(on, on.here, { labels: `case=${on.name},app=agent` }, [
        () => patch(on, [{ op: 'replace', path: '/metadata/labels/app', value: 'other' }]),
        () => patch(on, [{ op: 'replace', path: '/metadata/labels/app', value: 'agent' }]),
      ]);
    },
    comesTo: ['present here {"a":"0"}', 'gone here {"a":"0"}', 'present here {"a":"0"}'],
  },
  {
    says: 'a watch of one name tells nothing of others',
    does: async (on) => {
      const other = { name: `${on.name}-other` };
      await create(on, { a: '0' }, other);
      await create(on, { a: '0' });
      return await told(on, on.here, { name: on.name }, [async () => [await set(on, '1', other), await set(on, '1')]]);
    },
    comesTo: ['present here {"a":"0"}', 'present here {"a":"1"}'],
  },
];
