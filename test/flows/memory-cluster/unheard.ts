import type { Call } from './cluster.ts';
import { unreachable } from './failures.ts';

/** What this holder writes into its Lease does not arrive. */
export const unheard =
  (holder: string) =>
  ({ write }: Call): Error | undefined =>
    write?.do === 'patch' && write.operations.some((operation) => operation.op === 'test' && operation.value === holder)
      ? unreachable()
      : undefined;
