import { expect, it } from '@jest/globals';
import { until } from '../lab/await.ts';
import { followWeight, type ProxyMetrics, startArmsDouble } from './arms-double.ts';

const metrics: ProxyMetrics = { armOf: () => 'stable', podLabel: 'pod', podOf: () => 'agent-1', statusLabel: 'status', edges: ['1'] };

it('has the weight of the route; a read that fails leaves it as it was, and none is under way after the end', async () => {
  const double = await startArmsDouble(metrics);
  const answers: (number | Error)[] = [10, new Error('the API server is away'), new Error('still away'), 50];
  let underWay = 0;
  const seen: number[] = [];
  const following = followWeight(double, async () => {
    seen.push(double.weight);
    underWay += 1;
    await new Promise((resolve) => setTimeout(resolve, 200));
    underWay -= 1;
    const answer = answers.shift() ?? 50;
    if (answer instanceof Error) throw answer;
    return answer;
  });
  try {
    await until('a read after the last answer', async () => double.weight === 50 && underWay === 1);
  } finally {
    await following.stop();
    await double.stop();
  }
  expect(underWay).toBe(0);
  expect(seen.slice(0, 4)).toEqual([0, 10, 10, 10]);
});
