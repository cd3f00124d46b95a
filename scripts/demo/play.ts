import { join } from 'node:path';
import { startLoad } from '../../test/lab/load.ts';
import { countCanary } from './canary-traffic.ts';
import type { DemoRow } from './outcome-table.ts';
import { release } from './release.ts';
import { type DemoVersion, ladder, latencyLimit } from './versions.ts';

/** Where v1 serves and other versions can be brought. */
export interface Stage {
  /** Builds and pushes a version; answers with name:tag. */
  version(tag: string, environment: Readonly<Record<string, string>>): Promise<string>;
  /** Of the action: how it reaches the service. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly gatewayUrl: string;
  readonly host: string;
}

/** Requests a second. */
const rate = 100;

/** Brings one version after the other to a service under load. */
export async function play(
  stage: Stage,
  versions: readonly DemoVersion[],
  folder: string,
  log: (line: string) => void,
): Promise<readonly DemoRow[]> {
  const canary = countCanary('agent-canary', latencyLimit);
  const stream = { url: `${stage.gatewayUrl}/`, rate: rate / 2, connections: 8, headers: { host: stage.host } };
  const load = startLoad([stream, { ...stream, reconnect: true }], canary.onAnswer);
  log(`${rate} requests a second go through the gateway, half of them over a new connection each.`);
  const rows: DemoRow[] = [];
  let failedBefore = 0;
  try {
    for (const { tag, about, environment, expected } of versions) {
      log(`\n== ${tag}: ${about}. It should end as ${expected}.\n`);
      const image = await stage.version(tag, environment);
      canary.take();
      const { outcome } = await release({ inputs: { ...ladder, ...stage.inputs, image }, folder: join(folder, tag), log });
      const { served, bad } = canary.take();
      const { failed } = load.figures();
      rows.push({ version: tag, outcome, expected, servedByCanary: served, bad, failedByTool: failed - failedBefore });
      failedBefore = failed;
    }
  } catch (error) {
    await load.stop();
    throw error;
  }
  const { requests, failed, seconds } = await load.stop();
  log(`\nThe load ended: ${requests} requests in ${Math.round(seconds)} s, ${failed} of them without an answer of the service.`);
  const late = failed - failedBefore;
  return rows.map((row, index) => (index === rows.length - 1 ? { ...row, failedByTool: row.failedByTool + late } : row));
}
