import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type NodeRoom, roomFor } from '../../../src/domain/fleet/room.ts';

const gigabyte = 2 ** 30;
const request = { cpu: 0.5, memory: gigabyte };
const node = (cpu: number, memory: number, more: Partial<NodeRoom> = {}): NodeRoom => ({
  name: 'n',
  cpu,
  memory: memory * gigabyte,
  pods: 110,
  closed: false,
  ...more,
});

describe('roomFor', () => {
  it.each([
    ['by cores', [node(1, 32)], 2, { is: 'enough' }],
    ['one more than by cores', [node(1, 32)], 3, { is: 'too-little', placed: 2 }],
    ['by memory', [node(8, 3)], 4, { is: 'too-little', placed: 3 }],
    ['by pods', [node(8, 32, { pods: 1 })], 2, { is: 'too-little', placed: 1 }],
    ['two halves do not make a whole', [node(0.4, 32), node(0.4, 32)], 1, { is: 'too-little', placed: 0 }],
    ['a closed node', [node(8, 32, { closed: true })], 1, { is: 'too-little', placed: 0 }],
    ['more used than there is', [node(-1, 32)], 1, { is: 'too-little', placed: 0 }],
    ['no pods', [], 0, { is: 'enough' }],
  ] as const)('%s', (_, nodes, pods, room) => expect(roomFor(pods, request, nodes)).toEqual(room));

  it('counts what an autoscaler may add', () => {
    const pool = (nodes: number) => [{ pool: 'application', nodes, each: node(8, 32) }];
    expect(roomFor(20, request, [node(1, 32)], pool(20))).toEqual({ is: 'after-growth', nodes: 2 });
    expect(roomFor(20, request, [node(1, 32)], pool(1))).toEqual({ is: 'too-little', placed: 18 });
    expect(roomFor(20, request, [], [{ pool: 'small', nodes: 9, each: node(0.1, 1) }, ...pool(3)])).toEqual({
      is: 'after-growth',
      nodes: 2,
    });
  });

  it('pods that ask for nothing are counted only', () => {
    expect(roomFor(110, { cpu: 0, memory: 0 }, [node(0, 0)])).toEqual({ is: 'enough' });
    expect(roomFor(111, { cpu: 0, memory: 0 }, [node(0, 0)])).toEqual({ is: 'too-little', placed: 110 });
  });

  it('one pod by one finds the same', () => {
    const free = fc.record({ cpu: fc.integer({ min: 0, max: 8 }), memory: fc.integer({ min: 0, max: 8 }), closed: fc.boolean() });
    fc.assert(
      fc.property(fc.array(free, { maxLength: 5 }), fc.integer({ min: 0, max: 40 }), (frees, pods) => {
        const left = frees.map((each) => ({ ...each }));
        let placed = 0;
        while (placed < pods) {
          const found = left.find(({ cpu, memory, closed }) => !closed && cpu >= 1 && memory >= 2);
          if (found === undefined) break;
          found.cpu -= 1;
          found.memory -= 2;
          placed += 1;
        }
        const nodes = frees.map(({ closed, cpu, memory }) => ({ name: 'n', closed, cpu, memory, pods: 110 }));
        const room = roomFor(pods, { cpu: 1, memory: 2 }, nodes);
        return placed === pods ? room.is === 'enough' : room.is === 'too-little' && room.placed === placed;
      }),
    );
  });
});
