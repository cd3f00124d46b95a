import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../lab/lab.ts';
import { builtTools } from '../lab/tools.ts';
import type { Inputs } from './starter.ts';

/** Makes a folder of docker's settings in which buildx knows the lab's BuildKit as `lab`. */
export function builderOf(lab: Lab, folder: string): string {
  const docker = join(folder, 'docker');
  mkdirSync(join(docker, 'cli-plugins'), { recursive: true });
  symlinkSync(builtTools()['buildx'] ?? '', join(docker, 'cli-plugins', 'docker-buildx'));
  execFileSync('docker', ['buildx', 'create', '--name', 'lab', '--driver', 'remote', '--use', lab.buildkit], {
    env: { ...process.env, DOCKER_CONFIG: docker },
    stdio: 'ignore',
  });
  return docker;
}

/** What the lab is reached by, and a ladder of seconds with limits that a busy machine keeps too. */
export const reachedBy = (lab: Lab): Inputs => ({
  builder: 'lab',
  sbom: false,
  cache: 'none',
  'staging-namespace': 'staging',
  'production-namespace': 'production',
  'prometheus-url': lab.prometheusUrl,
  stages: '20@4s 50@4s 100@4s',
  interval: '2s',
  'min-requests': '20',
  'latency-p99': '10s',
  'no-data-timeout': '180s',
  drain: '2s',
  'rollout-timeout': '240s',
  // The image of a guardian is not in this lab; test/guardian is about it.
  guardian: false,
});
