import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAction } from '../../test/actions/runner.ts';
import type { BenchOptions, Measured } from '../bench.ts';
import { median } from '../statistics.ts';

const megabytes = 100;
/** Says at the end of the process how much memory it ever had, in kilobytes, and its time on the processors, in microseconds. */
const telling =
  "data:text/javascript,process.on('exit',()=>{const{maxRSS:m,userCPUTime:u,systemCPUTime:s}=process.resourceUsage();process.stderr.write('maxrss '+m+' cpu '+(u+s)+' end')})";

/** The whole action over 100 MB of SARIF in one file. */
export async function largeSarif({ rounds, log }: BenchOptions): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-bench-gates-'));
  try {
    const results = await write(folder);
    const seconds: number[] = [];
    const memory: number[] = [];
    const processor: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const inputs = { tools: 'none', reports: '- {format: sarif, path: large.sarif}' };
      const result = await runAction({ action: 'scan', inputs, folder, env: { NODE_OPTIONS: `--import="${telling}"` } });
      const [, kilobytes, microseconds] = /maxrss (\d+) cpu (\d+) end/.exec(result.stderr) ?? [];
      if (result.outputs['findings'] !== String(results) || kilobytes === undefined)
        throw new Error(`Not all was read: ${result.log.slice(-500)}`);
      seconds.push(result.durationMs / 1000);
      memory.push(Number(kilobytes) / 1000);
      processor.push(Number(microseconds) / 1_000_000);
      log(`SARIF, round ${round}: ${(result.durationMs / 1000).toFixed(2)} s, ${(Number(kilobytes) / 1000).toFixed(0)} MB`);
    }
    return {
      text: `${megabytes} MB of SARIF, ${results} results: median ${median(seconds).toFixed(2)} s (${median(processor).toFixed(2)} s on the processors), at most ${Math.max(...memory).toFixed(0)} MB`,
      figures: { megabytes, results, seconds, processor, memory },
      goals: [
        { what: `${megabytes} MB of SARIF, median`, value: Number(median(seconds).toFixed(2)), limit: 5, unit: 's' },
        { what: `${megabytes} MB of SARIF, most memory`, value: Math.round(Math.max(...memory)), limit: 300, unit: 'MB' },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As CodeQL writes: most of a result is the way the data took. */
async function write(folder: string): Promise<number> {
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace, { recursive: true });
  const file = createWriteStream(join(workspace, 'large.sarif'));
  const put = (text: string): Promise<void> => new Promise((done, failed) => file.write(text, (error) => (error ? failed(error) : done())));
  await put(
    '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"large","rules":[{"id":"R1","defaultConfiguration":{"level":"warning"}}]}},"results":[\n',
  );
  let results = 0;
  for (let bytes = 0; bytes < megabytes * 1_000_000; ) {
    const lines = Array.from({ length: 250 }, () => {
      results += 1;
      return JSON.stringify(resultOf(results), undefined, 1);
    });
    const text = `${bytes === 0 ? '' : ','}${lines.join(',\n')}`;
    bytes += text.length;
    await put(text);
  }
  await put(']}]}');
  await new Promise<void>((ended) => file.end(ended));
  return results;
}

function resultOf(index: number): object {
  const at = (line: number): object => ({
    location: {
      physicalLocation: {
        artifactLocation: { uri: `src/module/file${index % 400}.py`, index: index % 400 },
        region: { startLine: line, startColumn: 5, endColumn: 40 },
      },
    },
  });
  return {
    ruleId: 'R1',
    ruleIndex: 0,
    message: { text: `This value depends on a [user-provided value](1) of request ${index}.` },
    locations: [at((index % 900) + 1)].map((each) => (each as { location: object }).location),
    partialFingerprints: { primaryLocationLineHash: `${index.toString(16)}:1` },
    codeFlows: [{ threadFlows: [{ locations: Array.from({ length: 12 }, (_, step) => at(step + 1)) }] }],
  };
}
