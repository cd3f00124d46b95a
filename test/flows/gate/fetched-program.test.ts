import { expect, it } from '@jest/globals';
import type { PinnedArchive } from '../../../src/domain/gates/tools/trivy-release.ts';
import { Failure } from '../../../src/failure.ts';
import { fetchedProgram } from '../../../src/flows/gate/fetched-program.ts';
import type { GateWorld } from '../../../src/ports/worlds/gate.ts';

function gate(platform: string, failure?: Failure): { readonly world: GateWorld; readonly asked: PinnedArchive[] } {
  const asked: PinnedArchive[] = [];
  const programs: GateWorld['programs'] = {
    platform,
    fetched: (archive) => {
      asked.push(archive);
      return failure === undefined ? Promise.resolve('/tmp/trivy') : Promise.reject(failure);
    },
  };
  return { world: { programs, log: { line: () => undefined } } as unknown as GateWorld, asked };
}
const { signal } = new AbortController();

it('takes the release of this machine', async () => {
  const { world, asked } = gate('linux/x64');
  expect(await fetchedProgram('trivy', 'pinned', world, signal)).toEqual({ is: 'there', path: '/tmp/trivy' });
  expect(asked).toMatchObject([{ url: expect.stringContaining('Linux-64bit'), sha256: expect.stringMatching(/^8b4376d5/) }]);
});

it('takes a mirror that is given', async () => {
  const mirror = { url: 'https://mirror.example.com/t.tar.gz', sha256: 'a'.repeat(64), program: 'trivy' };
  const { world, asked } = gate('plan9/x64');
  await fetchedProgram('trivy', mirror, world, signal);
  expect(asked).toEqual([mirror]);
});

it('asks for nothing where no checksum is known', async () => {
  const { world, asked } = gate('plan9/x64');
  expect(await fetchedProgram('trivy', 'pinned', world, signal)).toMatchObject({
    is: 'unusable',
    report: { state: 'unusable', why: expect.stringContaining('plan9/x64') },
  });
  expect(asked).toEqual([]);
});

it('one that is not what it should be is not checked, and never run', async () => {
  const { world } = gate('linux/x64', new Failure('PROGRAM_UNVERIFIED', 'Another one.', 'Find out.'));
  expect(await fetchedProgram('trivy', 'pinned', world, signal)).toMatchObject({
    is: 'unusable',
    report: { why: 'Another one.', remedy: 'Find out.' },
  });
});
