import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { must } from './command.ts';

const module = join(import.meta.dirname, 'cgroups.ts');

it('makes the pods of all labs weigh as much as many processes, and leaves nothing', async () => {
  // Labs of another place for temporary files have a cgroup of their own: nobody else removes this one.
  const place = mkdtempSync(join(tmpdir(), 'wf-deploy-cgroups-'));
  const ask = async (expression: string): Promise<unknown> => {
    const script = `import * as cgroups from ${JSON.stringify(module)}; console.log(JSON.stringify((await ${expression}) ?? null))`;
    const environment = { ...process.env, TMPDIR: place };
    return JSON.parse(String(await must([process.execPath, '--input-type=module', '-e', script], { environment })));
  };
  try {
    const [, parent = ''] = String(await ask("cgroups.labCgroup('weighed')")).split('/');
    const files = ['cpu/PARENT/cpu.shares', 'cpu,cpuacct/PARENT/cpu.shares', 'PARENT/cpu.weight', 'unified/PARENT/cpu.weight'].map((file) =>
      join('/sys/fs/cgroup', file.replace('PARENT', parent)),
    );
    await ask("cgroups.createLabCgroup('weighed')");
    const weights = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8').trim());
    await ask("cgroups.removeLabCgroup('weighed')");
    expect(weights).not.toEqual([]);
    for (const weight of weights) expect(['16384', '1600']).toContain(weight);
    expect(await ask('cgroups.labsWithCgroups()')).toEqual([]);
    expect(files.filter((file) => existsSync(file))).toEqual([]);
  } finally {
    rmSync(place, { recursive: true });
  }
});
