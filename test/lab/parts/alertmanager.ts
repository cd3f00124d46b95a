import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ports } from '../addresses.ts';
import { answers } from '../http.ts';
import type { Part } from '../supervisor.ts';
import type { LabPlan } from './plan.ts';

/** Keeps alerts and sends them to nobody. */
export async function alertmanager({ files }: LabPlan): Promise<Part> {
  const configuration = join(files.configuration, 'alertmanager.yaml');
  await writeFile(configuration, stringify({ route: { receiver: 'nobody' }, receivers: [{ name: 'nobody' }] }));
  const address = `http://127.0.0.1:${ports.alertmanager}`;
  return {
    name: 'alertmanager',
    command: [
      'prometheus-alertmanager',
      ...[`--config.file=${configuration}`, `--storage.path=${join(files.data, 'alertmanager')}`],
      // Alone: without this it looks for an address of its own to gossip with others.
      ...[`--web.listen-address=0.0.0.0:${ports.alertmanager}`, '--cluster.listen-address=', '--log.level=warn'],
    ],
    address,
    ready: () => answers(`${address}/-/ready`),
  };
}
