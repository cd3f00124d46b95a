import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { defaultMinRequests } from '../../src/domain/analysis/criteria.ts';
import { criteriaProfiles } from '../../src/domain/analysis/criteria-profiles/index.ts';
import { profiles } from '../../src/domain/rollout/profiles.ts';
import { parseStages, type Stage } from '../../src/domain/units/stages.ts';

// What a page says of the traffic that a canary needs is what its defaults come to.
const text = readFileSync(join(resolve(import.meta.dirname, '../..'), 'actions/canary/README.md'), 'utf8');
const [, section = ''] = /\n## With little traffic\n(.*?)\n## /s.exec(text) ?? [];
const minimum = defaultMinRequests(criteriaProfiles['standard']?.criteria ?? []);
const noDataTimeout = 600;

const needed = ({ weight, holdSeconds }: Stage, more: number, requests = minimum): number =>
  requests / ((weight / 100) * (holdSeconds + more));
const rounded = (rate: number): number => (rate < 0.95 ? Number(rate.toFixed(1)) : Number(rate.toPrecision(2)));

it('its table of the defaults is what the formula gives', () => {
  const rows = [...section.matchAll(/^\| `(\d+)@(\d+)m` \| ([\d.]+) \| ([\d.]+) \|$/gm)];
  const said = rows.map(([, weight, minutes, atAll, inTime]) => [Number(weight), Number(minutes) * 60, Number(atAll), Number(inTime)]);
  const careful = profiles['careful'] ?? [];
  const found = careful.map((stage) => [stage.weight, stage.holdSeconds, rounded(needed(stage, noDataTimeout)), rounded(needed(stage, 0))]);
  expect(said).toEqual(found);
});

it('what it advises is enough for the least traffic that it names', () => {
  const advice = [...section.matchAll(/^\| ([\d.]+) to [\d.]+ \| `stages: ([^`]+)`(?:, `no-data-timeout: (\d+)h`)?/gm)];
  expect(advice).toHaveLength(2);
  for (const [, least, written = '', hours] of advice) {
    const more = hours === undefined ? noDataTimeout : Number(hours) * 3600;
    const stages = parseStages(written);
    if (!stages.ok) throw new Error(stages.problem);
    // Stable with the new image is judged for one interval, with half of the requests.
    for (const stage of [...stages.value, { weight: 50, holdSeconds: 30 }]) expect(needed(stage, more)).toBeLessThanOrEqual(Number(least));
  }
});
