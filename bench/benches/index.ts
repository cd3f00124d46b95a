import type { Bench } from '../bench.ts';
import { apiCalls } from './api-calls.ts';
import { badCanary } from './bad-canary.ts';
import { cancel } from './cancel.ts';
import { coldStart } from './cold-start.ts';
import { distSize } from './dist-size.ts';
import { fleet } from './fleet.ts';
import { gates } from './gates.ts';
import { guardian, guardianQuick } from './guardian.ts';
import { rollback } from './rollback.ts';
import { switching } from './switch.ts';

export const benches: Readonly<Record<string, Bench>> = {
  'api-calls': apiCalls,
  'bad-canary': badCanary,
  cancel,
  'cold-start': coldStart,
  'dist-size': distSize,
  fleet,
  gates,
  guardian,
  'guardian-quick': guardianQuick,
  rollback,
  switch: switching,
};
