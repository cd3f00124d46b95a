import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { writeReport } from '../../src/runner/report-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'report-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('writeReport', () => {
  it('is for this user alone, in a folder of its own', () => {
    const path = writeReport({ outcome: 'promoted' }, { RUNNER_TEMP: folder });
    expect(path.startsWith(`${folder}/wf-deploy-`)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(readFileSync(path, 'utf8')).toBe('{\n  "outcome": "promoted"\n}\n');
  });

  it('never writes over another one', () => {
    const paths = [1, 2, 3].map((count) => writeReport({ count }, { RUNNER_TEMP: folder }));
    expect(new Set(paths).size).toBe(3);
  });
});
