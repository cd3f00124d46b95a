import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeAddress } from './addresses.ts';
import { must } from './command.ts';
import { LabFailure } from './failure.ts';
import type { LabFiles } from './settings.ts';

/**
 * Runs first inside the new namespaces. Everything that the node's parts write outside the state directory
 * (/run, /var/lib, /var/log) lands in memory that ends with the mount namespace.
 */
export async function isolate(files: LabFiles): Promise<void> {
  if (files.data.startsWith('/var/lib/') || files.data.startsWith('/run/') || files.data.startsWith('/var/log/'))
    throw new LabFailure(
      `The lab cannot keep its state in ${files.data}: it hides that folder.`,
      'Set TMPDIR to a folder such as /tmp or /var/tmp.',
    );
  await mountPrivately(files);
  await bringUpNetwork();
}

async function mountPrivately(files: LabFiles): Promise<void> {
  await mkdir(files.data, { recursive: true });
  await must(['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'wf-deploy-lab', files.data]);
  const upper = join(files.data, 'var-lib', 'upper');
  const work = join(files.data, 'var-lib', 'work');
  await mkdir(upper, { recursive: true });
  await mkdir(work, { recursive: true });
  await must(['mount', '-t', 'overlay', '-o', `lowerdir=/var/lib,upperdir=${upper},workdir=${work}`, 'wf-deploy-lab', '/var/lib']);
  for (const hidden of ['/run', '/var/log']) await must(['mount', '-t', 'tmpfs', '-o', 'mode=0755', 'wf-deploy-lab', hidden]);
}

async function bringUpNetwork(): Promise<void> {
  await must(['ip', 'link', 'set', 'lo', 'up']);
  await must(['ip', 'link', 'add', 'lab0', 'type', 'bridge']);
  await must(['ip', 'address', 'add', `${nodeAddress}/24`, 'dev', 'lab0']);
  await must(['ip', 'link', 'set', 'lab0', 'up']);
  // Service addresses have no interface: a packet needs some route before kube-proxy's rules can turn it to a pod.
  await must(['ip', 'route', 'add', 'default', 'dev', 'lab0']);
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1');
}
