import type { Sides } from '../domain/traffic/router.ts';
import { parseLabel, parseName } from '../domain/units/name.ts';
import type { RawInputs } from './flow.ts';
import { type Clash, optional } from './input-fields.ts';

/** How a mesh names stable and the canary. */
export const sides = {
  'stable-host': optional(parseName),
  'canary-host': optional(parseName),
  'stable-subset': optional(parseLabel),
  'canary-subset': optional(parseLabel),
};

interface SideFields {
  readonly 'stable-host': string | undefined;
  readonly 'canary-host': string | undefined;
  readonly 'stable-subset': string | undefined;
  readonly 'canary-subset': string | undefined;
}

export function sidesOf(fields: SideFields) {
  const { 'stable-subset': stable, 'canary-subset': canary } = fields;
  const subsets: Sides | undefined = stable === undefined || canary === undefined ? undefined : { stable, canary };
  return { hosts: { stable: fields['stable-host'], canary: fields['canary-host'] }, subsets };
}

export function sideClashes(raw: RawInputs): readonly Clash[] {
  const given = (name: string): boolean => raw.text(name) !== '';
  const same = (one: string, other: string): boolean => given(one) && raw.text(one) === raw.text(other);
  const clash = (inputs: readonly string[], problem: string, remedy: string): Clash => ({ inputs, problem, remedy });
  const subsets = ['stable-subset', 'canary-subset'] as const;
  const hosts = ['stable-host', 'canary-host'] as const;
  const misplaced = [...hosts, ...subsets].filter((name) => given(name) && raw.text('router') !== 'istio');
  return [
    ...(given('route') && raw.text('router') === 'replicas'
      ? [clash(['route', 'router'], 'by pod counts there is no route', 'Leave `route` out: the canary Deployment carries the share.')]
      : []),
    ...(given('canary-at-rest') && raw.text('canary-at-rest') !== '0' && raw.text('router') === 'replicas'
      ? [
          clash(
            ['canary-at-rest', 'router'],
            'every pod of the canary has users where pods make its share',
            'Leave `canary-at-rest` at `0`: by pod counts no header leads to a canary at rest.',
          ),
        ]
      : []),
    ...(misplaced.length === 0
      ? []
      : [clash([...misplaced, 'router'], 'hosts and subsets are of use only with `istio`', 'Set `router: istio`, or leave them out.')]),
    ...(given(subsets[0]) === given(subsets[1])
      ? []
      : [clash(subsets, 'only one is given', 'Give both, or neither to split by two hosts.')]),
    ...(same(...subsets) ? [clash(subsets, 'both are the same', 'Each side needs a subset of its own.')] : []),
    ...(subsets.every(given) && given('canary-host')
      ? [clash(['canary-host', ...subsets], 'subsets are parts of one host', 'Leave `canary-host` out; `stable-host` is the host of both.')]
      : []),
    ...(same(...hosts) ? [clash(hosts, 'both are the same', 'Give two hosts, or two subsets of one.')] : []),
  ];
}
