import { expect, it } from '@jest/globals';
import { Deployment } from '../../../src/domain/kubernetes/kinds.ts';
import { executeDeploy } from '../../../src/flows/deploy/execute.ts';
import { takeBack } from '../../../src/flows/deploy/take-back.ts';
import type { MemoryCluster } from '../memory-cluster/cluster.ts';
import { deployPlan, everywhere, fleetShop, leftBehind, releaseText, running, writesOf } from './fleet-shop.ts';

it('a defect begins nothing more, lets what is under way go back, renews no lock, and leaves the rest to `post`', async () => {
  const names = ['auth', 'agent', 'sql', 'code'];
  const on = fleetShop({ services: names });
  const cluster = on.clusters[everywhere] as MemoryCluster;
  cluster.failing = ({ kind, name, write }) =>
    kind === 'Lease' && name === 'wf-deploy-auth' && JSON.stringify(write ?? {}).includes('promoted')
      ? new TypeError('a defect')
      : undefined;
  // Of the service after it the pods take their time.
  const { reacting } = cluster;
  cluster.reacting = (object) => {
    if (object.kind === 'Deployment' && object.metadata.name === 'agent')
      void on.clock.sleep(30).then(() => reacting(cluster.find(Deployment, 'agent') ?? object));
    else reacting(object);
  };
  const release = releaseText({ services: names.map((name) => ({ name, version: 2 })) });
  const inputs = { release, 'services-at-once': '1', 'on-failure': 'stop' };
  await expect(on.clock.until(executeDeploy(deployPlan(inputs), on.fleet))).rejects.toThrow('a defect');
  expect(on.lines).toContain('Cancelled (a defect).');
  expect(writesOf(cluster).filter((each) => /Deployment (sql|code)$/.test(each))).toEqual([]);
  expect(running(on)[everywhere]).toMatchObject({ auth: 2, agent: 1 });
  const before = cluster.writes().length;
  await on.clock.pass(300);
  expect(cluster.writes()).toHaveLength(before);

  cluster.failing = () => undefined;
  const post = fleetShop({ services: names, holder: 'post' }, on);
  const handed = Object.assign({}, ...on.handedOver) as Record<string, string>;
  expect(handed['open']).toBe('true');
  await on.clock.until(takeBack(deployPlan(inputs), handed, post.fleet));
  expect(leftBehind(on)).toEqual([]);
  expect(running(on)[everywhere]).toMatchObject({ agent: 1, sql: 1, code: 1 });
});
