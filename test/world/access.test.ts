import { expect, it } from '@jest/globals';
import { openAccessWorld } from '../../src/world/access.ts';
import { surroundings } from './surroundings.ts';

it('opens a cluster by the kubeconfig of the inputs, and masks what is secret in it', () => {
  const masked: string[] = [];
  const kubeconfig = `{clusters: [{name: c, cluster: {server: "https://h:1"}}], users: [{name: u, user: {token: hunter-one}}],
contexts: [{name: x, context: {cluster: c, user: u}}], current-context: x}`;
  const world = openAccessWorld({ kubeconfig, azure: undefined }, surroundings({ mask: (secret) => masked.push(secret) }));
  const open = world.access.open(world.kubeconfig, '');
  open.close();
  world.close();
  expect(open.server).toBe('h:1');
  expect(masked).toContain('hunter-one');
  expect(world.managed).toBeUndefined();
});
