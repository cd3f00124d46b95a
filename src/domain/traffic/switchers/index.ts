import type { Parsed } from '../../units/parsed.ts';
import { knownVariant } from '../../units/variant.ts';
import { httpRoute } from './httproute.ts';
import { ingress } from './ingress.ts';
import { service } from './service.ts';
import type { Switcher } from './switcher.ts';
import { virtualService } from './virtual-service.ts';

/** Every switcher, by the name that the input `switcher` takes. */
export const switchers: Readonly<Record<string, Switcher>> = {
  [httpRoute.name]: httpRoute,
  [ingress.name]: ingress,
  [service.name]: service,
  [virtualService.name]: virtualService,
};

export const findSwitcher = (name: string): Parsed<Switcher> => knownVariant(switchers, name);
