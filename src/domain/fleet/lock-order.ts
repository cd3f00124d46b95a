/** A lock that a release takes. */
export interface LockPlace {
  /** Host and port of the API server: what the cluster is called in everybody's file. */
  readonly server: string;
  readonly namespace: string;
  /** Name of the Lease. */
  readonly lease: string;
}

const sign = ({ server, namespace, lease }: LockPlace): string => [server, namespace, lease].join('\u0000');

/**
 * The one order in which every release takes its locks, whatever its plan says: by it no two releases ever wait for each other. Compared by
 * code units, so that it is the same on every machine.
 */
export const inLockOrder = <T extends LockPlace>(places: readonly T[]): readonly T[] =>
  places.toSorted((one, other) => (sign(one) < sign(other) ? -1 : sign(one) > sign(other) ? 1 : 0));
