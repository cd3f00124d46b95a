import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  floorBreaches,
  hostBreaches,
  isRegister,
  lengthBreaches,
  nameBreaches,
  purityBreaches,
  registerBreaches,
  type TwinExceptions,
  twinBreaches,
  unfinishedBreaches,
} from './architecture/rules.ts';
import { readSource } from './architecture/source.ts';

const root = resolve(import.meta.dirname, '..');
/** What is or will be committed. */
const committed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = committed
  .filter((path) => /^(src|test|scripts|bench)\/.*(?<!\.d)\.ts$/.test(path))
  .map((path) => readSource(path, read(path)));
const isBundle = (path: string): boolean => path.startsWith('dist/');

const exceptions: TwinExceptions = {
  testedElsewhere: {
    'src/flows/canary/index.ts': 'test/rollout/: whole rollouts on a cluster',
    'src/flows/build/index.ts': 'test/flows/build/build.lab.test.ts: dist with a real builder and registry',
    'src/adapters/images/buildx.ts': 'test/flows/build/build.lab.test.ts: dist with a real builder and registry',
    'src/world/building.ts': 'test/flows/build/build.lab.test.ts: dist with a real builder and registry',
    'src/flows/test/index.ts': 'test/actions/test-action.test.ts: dist on the reports of real commands',
    'src/flows/deploy/index.ts': 'test/flows/deploy/execute.test.ts: whole releases to several clusters in memory',
    'src/flows/promote/index.ts': 'test/rollout/: whole rollouts on a cluster',
    'src/flows/gate/execute.ts': 'test/actions/gates.test.ts: dist with the real tools',
    'src/flows/lint/index.ts': 'test/actions/gates.test.ts: dist with the real tools',
    'src/flows/scan/index.ts': 'test/actions/gates.test.ts: dist with the real tools',
    'src/world/gate.ts': 'test/actions/gates.test.ts: dist with the real tools',
    'src/adapters/findings/workspace.ts': 'test/actions/gates.test.ts: dist with the real tools',
    'src/flows/rollback/index.ts': 'test/rollback/: whole rollbacks on a cluster',
    'src/flows/stage/index.ts': 'test/rolling/: whole rolling updates on a cluster',
    'src/runner/actions.ts': 'test/actions/bundle.test.ts: dist as a runner starts it',
    'src/failure-codes.ts': 'test/failure.test.ts',
    'src/credential/main.ts': 'test/credential/exec-credential.test.ts: as Kubernetes clients start it',
    'src/guardian/main.ts': 'test/guardian/guardian.lab.long.test.ts: as a pod',
    'src/guardian/routers/gateway-api.ts': 'test/guardian/guardian.lab.long.test.ts: as a pod',
    'src/guardian/routers/istio.ts': 'test/scripts/dist/guardians.test.ts: as it is built',
    'src/guardian/routers/nginx-ingress.ts': 'test/scripts/dist/guardians.test.ts: as it is built',
    'src/domain/kubernetes/kinds.ts': 'data; its one function in test/domain/rollout/permissions.test.ts',
  },
  withoutSource: {
    'test/architecture.test.ts': 'the whole repository',
    'test/actions/aks.test.ts': 'cluster as a runner starts it, with servers that speak for Azure',
