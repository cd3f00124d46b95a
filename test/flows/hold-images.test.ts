import { describe, expect, it } from '@jest/globals';
import { Pod } from '../../src/domain/kubernetes/kinds.ts';
import type { Hold } from '../../src/domain/rollout/hold.ts';
import { type Holding, holdImages, takenBackBy } from '../../src/flows/hold-images.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const hold: Holding['hold'] = {
  environment: 'production',
  who: 'alice',
  why: 'bad',
  run: 'run-1',
  at: '2026-11-28T21:00:00Z',
  by: 'rollback',
};
const known: Hold = { ...hold, digest: digest('1') };
const held = (more: Partial<Holding>) =>
  holdImages({ holds: { list: [known], unreadable: false }, images: [], wanted: [], pods: [], hold, ...more });
const podOf = (image: string, imageID: string) => ({
  apiVersion: 'v1',
  kind: Pod.kind,
  metadata: { name: 'agent-1' },
  spec: { containers: [{ name: 'api', image }] },
  status: { containerStatuses: [{ name: 'api', ready: true, imageID }] },
});

describe('what a person takes back', () => {
  it('is held beside what was held before, each once', () => {
    const image = `agent@${digest('2')}`;
    expect(held({ images: [image, image] })).toEqual({
      holds: { list: [{ ...hold, digest: digest('2') }, known], unreadable: false },
      held: [digest('2')],
      warnings: [],
    });
  });

  it('by a tag is held by what its node says, with the tag', () => {
    const { holds } = held({ images: ['agent:v4'], pods: [podOf('agent:v4', `agent@${digest('9')}`)] });
    expect(holds.list[0]).toEqual({ ...hold, digest: digest('9'), image: 'agent:v4' });
    expect(held({ images: ['agent:v4'] })).toMatchObject({ held: [], warnings: [expect.stringContaining('agent:v4')] });
  });

  it('is not held where it is to run from now on, and what was held of that is lifted', () => {
    expect(held({ images: [`other@${digest('1')}`], wanted: [digest('1')] })).toEqual({
      holds: { list: [], unreadable: false },
      held: [],
      warnings: [],
    });
  });

  it('changes nothing of holds that cannot be read', () => {
    const holds = { list: [], unreadable: true };
    expect(held({ holds, images: [`agent@${digest('2')}`] })).toMatchObject({
      holds,
      held: [],
      warnings: [expect.stringContaining('cannot be read')],
    });
  });

  it('is every image that does not run afterwards', () => {
    const of = (...images: readonly string[]) => ({ spec: { containers: images.map((image, index) => ({ name: `c${index}`, image })) } });
    expect(takenBackBy(of('agent:v2', 'proxy:v1'), of('agent:v1', 'proxy:v1'))).toEqual(['agent:v2']);
  });
});
