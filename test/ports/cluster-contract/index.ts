import { expect, it } from '@jest/globals';
import type { Cluster } from '../../../src/ports/cluster.ts';
import type { ContractCase } from './case.ts';
import { conflicts } from './conflicts.ts';
import { deletions } from './deletions.ts';
import { namespaces } from './namespaces.ts';
import { patches } from './patches.ts';
import { rehearsals } from './rehearsals.ts';
import { selectors } from './selectors.ts';
import { watches } from './watches.ts';

const contract: Readonly<Record<string, readonly ContractCase[]>> = {
  namespaces,
  conflicts,
  patches,
  selectors,
  rehearsals,
  deletions,
  watches,
};

const cases = Object.entries(contract).flatMap(([group, all]) =>
  all.map((each, index) => ({ ...each, group, name: `${group}-${index + 1}` })),
);

/** Namespaces that have to be there. */
export const contractNamespaces = ['contract-here', 'contract-elsewhere'] as const;

/** What the port promises, as tests of a cluster: each has objects of its own, so that they may share one. */
export function keepsTheContract(cluster: () => Cluster): void {
  const [here, elsewhere] = contractNamespaces;
  it.each(cases)(
    '$group: $says',
    async ({ does, comesTo, name }) => {
      expect(await does({ cluster: cluster(), here, elsewhere, name })).toEqual(comesTo);
    },
    60_000,
  );
}
