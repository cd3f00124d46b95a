import { expect, it } from '@jest/globals';
import { Failure } from '../../src/failure.ts';
import { failedReport } from '../../src/flows/failed-report.ts';

const failure = new Failure('CLUSTER_UNREACHABLE', 'Nobody answers.\n<b>detail</b>', 'Ask @someone.');

it('says why, what that means, and what to do, in inert words', () => {
  const report = failedReport('not-started', failure, 'Nothing was written.');
  expect(report).toMatchObject({
    succeeded: false,
    outputs: { outcome: 'not-started', reason: 'Nobody answers.' },
    annotation: { level: 'error', title: 'CLUSTER_UNREACHABLE', text: `${failure.message}\nNothing was written.` },
  });
  expect(report.summary).toMatch(/^## ⛔ not-started\n\n<code>.*<\/code> Nothing was written\.\n\n```text\nNobody answers\./);
  expect(report.summary).toContain('**What to do:** Ask &#64;someone.');
});

it('an annotation says once what it means for the cluster', () => {
  expect(failedReport('unknown', failure, 'Look at the route.').annotation?.text).toBe(`${failure.message}\nLook at the route.`);
  const said = new Failure('INPUT_INVALID', '`stages` is empty.', 'Give one. Nothing was written.');
  expect(failedReport('not-started', said, 'Nothing was written.').annotation?.text).toBe(said.message);
});

it('the reason of a list is its first line with the first that it lists', () => {
  const list = new Failure('PREFLIGHT_FAILED', '2 problems were found:\n- The one.\n  → Mend it.\n- The other.', 'Mend them.');
  expect(failedReport('not-started', list, 'Nothing was written.').outputs['reason']).toBe('2 problems were found: The one.');
});
