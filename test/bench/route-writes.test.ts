import { expect, it } from '@jest/globals';
import { weightWrites } from '../../bench/route-writes.ts';
import { entries } from './entries.ts';

const weights = (all: ReturnType<typeof entries>) => weightWrites(all, 'agent', 'agent-canary').map(({ weight }) => weight);

it('finds the accepted weights of the canary in their order', () => {
  expect(
    weights(entries(['update httproutes 0', 'get httproutes', 'update leases', 'update httproutes 25', 'update httproutes 0'])),
  ).toEqual([0, 25, 0]);
});

it('takes no write that was refused, is of another route, or of the status', () => {
  const [refused, other, status] = entries(['update httproutes 5', 'update httproutes 5', 'update httproutes 5']);
  if (!refused || !other || !status) throw new Error('three entries');
  expect(
    weights([
      { ...refused, code: 409 },
      { ...other, name: 'shop' },
      { ...status, subresource: 'status' },
    ]),
  ).toEqual([]);
});
