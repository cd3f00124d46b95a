import { findLab, type Lab, startLab } from '../test/lab/lab.ts';

const name = `bench-${process.pid}`;

/** The lab of this process. */
export const startBenchLab = async (log: (line: string) => void): Promise<Lab> => {
  log('Starting the lab.');
  return await startLab({ name });
};

/** Also when it is only being started; nothing when there is none. */
export async function stopBenchLab(): Promise<void> {
  await (await findLab(name))?.stop();
}
