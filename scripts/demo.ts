// npm run demo: a good, a failing and a slow version are brought to a service under load, by the actions as they are in dist.
// npm run demo -- pipeline: a service goes the whole way, by the workflow as it is.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OwnCluster, parseDemoArguments, usage } from './demo/arguments.ts';
import { reachLab, stageOnLab, stopLab } from './demo/on-lab.ts';
import { endOwnCluster, stageOnOwnCluster } from './demo/on-own-cluster.ts';
import { disappointments, outcomeTable } from './demo/outcome-table.ts';
import { endPipeline, playPipeline } from './demo/pipeline.ts';
import { pipelineDisappointments, pipelineTable } from './demo/pipeline-table.ts';
import { play, type Stage } from './demo/play.ts';
import { endReleases } from './demo/release.ts';
import { versions } from './demo/versions.ts';
import { untilInterrupted } from './interruption.ts';
import { provision } from './provision.ts';

const log = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function onLab(keep: boolean): Promise<number> {
  const provisioned = await provision({ log });
  if (provisioned.state === 'impossible') {
    log(`${provisioned.statement}\nOn such a cluster: npm run demo -- --context NAME (see --help).\nNothing was run.`);
    return 3;
  }
  const { lab, stage } = await stageOnLab(keep, log);
  return await show(stage, () => (keep ? log(reachLab(lab)) : undefined));
}

/** The last line is the table as JSON. */
async function onPipeline(): Promise<number> {
  const provisioned = await provision({ log });
  if (provisioned.state === 'impossible') {
    log(`${provisioned.statement}\nNothing was run.`);
    return 3;
  }
  folder = mkdtempSync(join(tmpdir(), `wf-deploy-demo-${process.pid}-`));
  const rows = await playPipeline(folder, log);
  const bad = pipelineDisappointments(rows);
  log(`\n${pipelineTable(rows)}\n`);
  for (const each of bad) log(`NOT AS EXPECTED: ${each}`);
  log(`Logs and summaries: ${folder}`);
  log(JSON.stringify(rows));
  finished = true;
  return bad.length === 0 ? 0 : 1;
}

async function onOwnCluster(cluster: OwnCluster, keep: boolean): Promise<number> {
  const stage = await stageOnOwnCluster(cluster, log);
  if (stage === undefined) return 3;
  return await show(stage, () =>
    keep ? log('The sample stays in the namespace wf-deploy-demo; delete it when you are done.') : undefined,
  );
}

/** The last line is the table as JSON. */
async function show(stage: Stage, farewell: () => void): Promise<number> {
  folder = mkdtempSync(join(tmpdir(), `wf-deploy-demo-${process.pid}-`));
  const rows = await play(stage, versions, folder, log);
  const bad = disappointments(rows);
  writeFileSync(join(folder, 'table.json'), `${JSON.stringify(rows)}\n`);
  log(`\n${outcomeTable(rows)}\n`);
  for (const each of bad) log(`NOT AS EXPECTED: ${each}`);
  log(`Logs, summaries and reports: ${folder}`);
  farewell();
  log(JSON.stringify(rows));
  finished = true;
  return bad.length === 0 ? 0 : 1;
}

let finished = false;
let folder: string | undefined;
const order = parseDemoArguments(process.argv.slice(2));
if (!order.ok) {
  process.stderr.write(`${order.problem} → ${order.remedy}\n`);
  process.exitCode = 2;
} else if (order.value.where === 'help') log(usage);
else {
  const { value } = order;
  const keep = value.where !== 'pipeline' && value.keep;
  const run = (): Promise<number> => {
    if (value.where === 'pipeline') return onPipeline();
    return value.where === 'lab' ? onLab(keep) : onOwnCluster(value, keep);
  };
  await untilInterrupted(run, async () => {
    endReleases();
    await endPipeline();
    if (!finished && folder !== undefined) rmSync(folder, { recursive: true, force: true });
    if ((finished && keep) || value.where === 'pipeline') return;
    await (value.where === 'lab' ? stopLab(keep) : endOwnCluster());
  });
}
