import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAction } from '../../test/actions/runner.ts';
import type { BenchOptions, Measured } from '../bench.ts';
import { median, rounded } from '../statistics.ts';

const megabytes = 100;
/** Says at the end of the process how much memory it ever had, in kilobytes, and its time on the processors, in microseconds. */
const telling =
  "data:text/javascript,process.on('exit',()=>{const{maxRSS:m,userCPUTime:u,systemCPUTime:s}=process.resourceUsage();process.stderr.write('maxrss '+m+' cpu '+(u+s)+' end')})";
const tool = "import { copyFileSync } from 'node:fs';\ncopyFileSync(process.argv[2], 'report.xml');\n";

/** The test action over 100 MB of JUnit XML, and over a small report: what it adds to the command that writes it. */
export async function testReports({ rounds, log }: BenchOptions): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-bench-tests-'));
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace, { recursive: true });
  writeFileSync(join(workspace, 'tool.mjs'), tool);
  try {
    const small = await write(join(workspace, 'small.xml'), 100_000);
    const large = await write(join(workspace, 'large.xml'), megabytes * 1_000_000);
    const figures = {
      bare: [] as number[],
      ours: [] as number[],
      seconds: [] as number[],
      processor: [] as number[],
      memory: [] as number[],
    };
    for (let round = 1; round <= rounds; round += 1) {
      const since = performance.now();
      execFileSync(process.execPath, ['tool.mjs', 'small.xml'], { cwd: workspace });
      figures.bare.push((performance.now() - since) / 1000);
      figures.ours.push((await judged(folder, 'small.xml', small)).durationMs / 1000);
      const result = await judged(folder, 'large.xml', large);
      const [, kilobytes, microseconds] = /maxrss (\d+) cpu (\d+) end/.exec(result.stderr) ?? [];
      figures.seconds.push(result.durationMs / 1000);
      figures.memory.push(Number(kilobytes) / 1000);
      figures.processor.push(Number(microseconds) / 1_000_000);
      log(`JUnit, round ${round}: ${figures.seconds.at(-1)?.toFixed(2)} s, ${figures.memory.at(-1)?.toFixed(0)} MB`);
    }
    const added = median(figures.ours) - median(figures.bare);
    const most = Math.max(...figures.memory);
    return {
      text: [
        `${megabytes} MB of JUnit XML, ${large} cases: median ${median(figures.seconds).toFixed(2)} s (${median(figures.processor).toFixed(2)} s on the processors), at most ${most.toFixed(0)} MB`,
        `a command that writes ${small} cases: alone ${median(figures.bare).toFixed(2)} s, in the test action ${median(figures.ours).toFixed(2)} s (medians)`,
      ].join('\n'),
      figures: { junit: { megabytes, cases: large, ...figures } },
      goals: [
        { what: `${megabytes} MB of JUnit XML, median`, value: rounded(median(figures.seconds), 2), limit: 5, unit: 's' },
        { what: `${megabytes} MB of JUnit XML, most memory`, value: Math.round(most), limit: 300, unit: 'MB' },
        { what: 'time that the test action adds to the command, median', value: rounded(added, 2), limit: 0.5, unit: 's' },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function judged(folder: string, report: string, cases: number) {
  const inputs = { command: JSON.stringify([process.execPath, 'tool.mjs', report]), junit: 'report.xml', 'coverage-threshold': 'off' };
  const result = await runAction({ action: 'test', inputs, folder, env: { NODE_OPTIONS: `--import="${telling}"` } });
  if (result.outputs['tests'] !== String(cases)) throw new Error(`Not all was read: ${result.log.slice(-500)}`);
  return result;
}

/** As pytest writes it, with a failure in every sixty thousandth case. Answers with the number of cases. */
async function write(path: string, least: number): Promise<number> {
  const file = createWriteStream(path);
  const put = (text: string): Promise<void> => new Promise((done, failed) => file.write(text, (error) => (error ? failed(error) : done())));
  await put('<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest">');
  let cases = 0;
  for (let bytes = 0; bytes < least; ) {
    const text = Array.from({ length: 500 }, () => {
      cases += 1;
      const body =
        cases % 60_000 === 0 ? '><failure message="assert 1 == 2">tests/test_module.py:12: AssertionError</failure></testcase>' : ' />';
      return `<testcase classname="tests.test_module${cases % 97}.TestThing" name="test_case_${cases}[param-${cases % 13}]" time="0.003"${body}`;
    }).join('');
    bytes += text.length;
    await put(text);
  }
  await put('</testsuite></testsuites>');
  await new Promise<void>((ended) => file.end(ended));
  return cases;
}
