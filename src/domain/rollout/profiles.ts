import type { Stage } from '../units/stages.ts';

const minutes = 60;

/** Ready-made ladders, by the name that the input `profile` takes. */
export const profiles: Readonly<Record<string, readonly Stage[]>> = {
  careful: [
    { weight: 5, holdSeconds: 10 * minutes },
    { weight: 25, holdSeconds: 15 * minutes },
    { weight: 50, holdSeconds: 20 * minutes },
    { weight: 100, holdSeconds: 5 * minutes },
  ],
  quick: [
    { weight: 0, holdSeconds: 30 },
    { weight: 5, holdSeconds: minutes },
    { weight: 25, holdSeconds: minutes },
    { weight: 50, holdSeconds: minutes },
    { weight: 100, holdSeconds: minutes },
  ],
};
