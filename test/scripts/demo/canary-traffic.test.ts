import { expect, it } from '@jest/globals';
import { countCanary } from '../../../scripts/demo/canary-traffic.ts';

const answer = { status: 200, version: 'v2', milliseconds: 5 };

it("counts the answers of the canary's pods alone, once", () => {
  const { onAnswer, take } = countCanary('agent-canary', 500);
  onAnswer({ ...answer, pod: 'agent-canary-7c9f-x2x' });
  onAnswer({ ...answer, pod: 'agent-canary-7c9f-x2x', status: 500 });
  onAnswer({ ...answer, pod: 'agent-canary-7c9f-x2x', milliseconds: 501 });
  onAnswer({ ...answer, pod: 'agent-6f5d-abc' });
  onAnswer({ ...answer, pod: 'agent-canary2-6f5d-abc' });
  onAnswer({ ...answer, version: undefined, pod: undefined, status: 502 });
  expect(take()).toEqual({ served: 3, bad: 2 });
  expect(take()).toEqual({ served: 0, bad: 0 });
});
