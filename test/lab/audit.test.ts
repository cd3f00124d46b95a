import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type AuditedLab, auditEntries } from './audit.ts';

const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-audit-'));
const auditLog = join(folder, 'audit.log');
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => writeFileSync(auditLog, ''));

const line = (requestURI: string, microseconds: string): string =>
  `${JSON.stringify({
    stage: 'ResponseComplete',
    requestReceivedTimestamp: `2026-11-30T00:00:00.${microseconds}Z`,
    stageTimestamp: '2026-11-30T00:00:01.000000Z',
    verb: 'get',
    requestURI,
    user: { username: 'admin' },
    objectRef: { name: requestURI.slice(1) },
  })}\n`;

/** A lab whose API server does this when it is asked. */
const labThat = (asked: (path: string) => void): AuditedLab =>
  ({ auditLog, client: { objects: { request: async (_: string, path: string) => asked(path) } } }) as unknown as AuditedLab;

const namesIn = async (lab: AuditedLab): Promise<readonly (string | undefined)[]> =>
  (await auditEntries(lab)).map(({ name }) => name).filter((name) => name?.startsWith('version') === false);

describe('the audit log', () => {
  test('is read when the line of a later request is in it, so that none of an earlier one lacks', async () => {
    writeFileSync(auditLog, line('/first', '000001'));
    const late = labThat((path) => {
      setTimeout(() => appendFileSync(auditLog, line('/last', '000002') + line(path, '000003')), 300);
    });
    expect(await namesIn(late)).toEqual(['first', 'last']);
  });

  test('is in the order of arrival, within a millisecond too', async () => {
    const lab = labThat((path) => appendFileSync(auditLog, line('/second', '000900') + line('/first', '000100') + line(path, '000950')));
    expect(await namesIn(lab)).toEqual(['first', 'second']);
  });

  test('is what it is where the API server is away', async () => {
    writeFileSync(auditLog, line('/first', '000001'));
    const lab = labThat(() => {
      throw new Error('connection refused');
    });
    expect(await namesIn(lab)).toEqual(['first']);
  });
});
