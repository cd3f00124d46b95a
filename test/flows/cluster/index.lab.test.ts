import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ActionResult, startAction } from '../../actions/runner.ts';
import { LabClient } from '../../lab/client.ts';
import { type Lab, startLab } from '../../lab/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ name: 'cluster-action' });
}, 480_000);
afterAll(() => lab.stop());

const clusters = `clusters:
  - { name: lab, environment: test, region: here, weight: 50, namespace: default, kubeconfig-secret: KUBE_LAB }
`;

/** Runs the action in a workspace with a file of clusters; `whileOpen` sees what the later steps of the job would. */
async function run(inputs: Readonly<Record<string, string>>, whileOpen: (path: string) => Promise<void> = async () => undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-cluster-action-'));
  mkdirSync(join(folder, 'workspace/.github'), { recursive: true });
  writeFileSync(join(folder, 'workspace/.github/clusters.yml'), clusters);
  try {
    const looked: Promise<void>[] = [];
    const action = startAction({
      action: 'cluster',
      inputs,
      folder,
      onLine: (line) => {
        const [, path] = /^kubeconfig (\/.*)$/.exec(line) ?? [];
        if (path !== undefined) looked.push(whileOpen(path));
      },
    });
    const result = await action.result;
    await Promise.all(looked);
    return { result, looked: looked.length };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const admin = (): string => readFileSync(lab.kubeconfig, 'utf8');
const checksOf = ({ report }: ActionResult) =>
  Object.fromEntries((report as { checks: { name: string; is: string }[] }).checks.map(({ name, is }) => [name, is]));

describe('actions/cluster', () => {
  it('gives a named cluster to the later steps and takes it away after the job', async () => {
    const modes: number[] = [];
    let kept = '';
    const { result, looked } = await run(
      { name: 'lab', kubeconfig: Buffer.from(admin()).toString('base64'), room: '2 x 10m/16Mi' },
      async (path) => {
        kept = path;
        modes.push(statSync(path).mode & 0o777);
        expect(await new LabClient(path).get({ apiVersion: 'v1', kind: 'Namespace', name: 'default' })).toMatchObject({
          kind: 'Namespace',
        });
      },
    );
    expect(result.log).toContain('outcome: ready');
    expect(looked).toBe(1);
    expect(result).toMatchObject({
      exitCode: 0,
      outputs: { name: 'lab', environment: 'test', region: 'here', weight: '50', namespace: 'default' },
    });
    expect(result.outputs['version']).toMatch(/^v1\.\d+\.\d+/);
    expect(checksOf(result)).toEqual({ 'API server': 'pass', namespace: 'pass', 'version skew': 'pass', room: 'pass' });
    expect(modes).toEqual([0o600]);
    expect([result.outputs['kubeconfig'], existsSync(kept)]).toEqual([kept, false]);
  });

  it('refuses a namespace that is not there and more pods than find a node, and leaves no kubeconfig', async () => {
    const { result, looked } = await run({ kubeconfig: admin(), namespace: 'nowhere', room: '1000 x 1/1Gi' });
    expect(result).toMatchObject({ exitCode: 1, outputs: { outcome: 'not-started', kubeconfig: '' } });
    expect(checksOf(result)).toMatchObject({ namespace: 'fail', room: 'fail' });
    expect(looked).toBe(0);
  });

  it('says "not checked" of what an account may not read, and stops only where it was asked for', async () => {
    const path = await lab.kubeconfigFor({ namespace: 'default', serviceAccount: 'deployer' });
    const kubeconfig = readFileSync(path, 'utf8');
    const { result } = await run({ kubeconfig, namespace: 'default' });
    expect(result.exitCode).toBe(0);
    expect(checksOf(result)).toEqual({ 'API server': 'pass', namespace: 'not-checked', 'version skew': 'not-checked' });
    const asked = await run({ kubeconfig, namespace: 'default', room: '1 x 1m/1Mi' });
    expect(asked.result.exitCode).toBe(1);
    expect(checksOf(asked.result)).toMatchObject({ room: 'not-checked' });
  });
});
