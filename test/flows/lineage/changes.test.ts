import { describe, expect, it } from '@jest/globals';
import { changeLines, changeSection, changesOf } from '../../../src/flows/lineage/changes.ts';
import type { Lineage } from '../../../src/flows/lineage/fields.ts';
import { stage } from '../stand-ins.ts';
import { commit, forgeDown, memoryForge } from './forge.ts';

const lineage: Lineage = { commit: commit(7), requireStaging: false, stagingEnvironment: 'staging', allowUnordered: false, reason: '' };
const deployed = { commit: commit(3), newest: commit(9), images: ['a@1'] };
const of = (forge = memoryForge(), record: typeof deployed | undefined = deployed, running: readonly string[] = ['a@1'], wish = lineage) =>
  changesOf(stage({ forge }).world, wish, record, running);

it('are against the commit of what runs, not against the newest', async () => {
  const forge = memoryForge();
  expect(await of(forge)).toMatchObject({ from: commit(3), to: commit(7), list: { commits: 4 }, note: undefined });
  expect(forge.asked).toEqual(['changes 3 7']);
});

describe('are not listed, and it is said why, when', () => {
  it('it is the first deployment', async () => {
    const changes = await changesOf(stage({ forge: memoryForge() }).world, lineage, undefined, ['a@1']);
    expect(changes).toMatchObject({ list: undefined, note: 'No commit is on record for what runs here.' });
  });
  it('something else runs', async () =>
    expect(await of(memoryForge(), deployed, ['a@2'])).toMatchObject({
      from: undefined,
      list: undefined,
      note: expect.stringContaining('not what was last deployed'),
    }));
  it('the run has no commit', async () =>
    expect(await of(memoryForge(), deployed, ['a@1'], { ...lineage, commit: undefined })).toMatchObject({
      note: 'The commit of this run is not known.',
    }));
  it('the forge gives no answer', async () => {
    const forge = memoryForge();
    forge.failing = forgeDown;
    expect(await of(forge)).toMatchObject({ list: undefined, note: 'Not listed: GitHub gave no answer. → Wait.' });
  });
});

it('are none for the same commit, and nobody is asked', async () => {
  const forge = memoryForge();
  expect(await of(forge, { ...deployed, commit: commit(7) })).toMatchObject({ list: { commits: 0 } });
  expect(forge.asked).toEqual([]);
});

it('without a token nobody asks', async () => expect(await changesOf(stage().world, lineage, deployed, ['a@1'])).toBeUndefined());

it('are shown in the log', async () =>
  expect(changeLines(await of())).toEqual([
    `changes  ${commit(3).slice(0, 12)} → ${commit(7).slice(0, 12)}, 4 commits, 1 pull request`,
    '  #12 A [link](x) (hubot)',
    `  ${commit(7).slice(0, 12)} Fix`,
    '  and 3 commits before these',
  ]));

it('are inert in the summary', async () => {
  const text = changeSection(await of()).join('\n');
  expect(text).toContain('- &#35;12 A &#91;link&#93;&#40;x&#41; &#40;hubot&#41;');
  expect(text).toContain('and 3 commits before these');
});

it('are no lines where nobody asked', () => expect([changeLines(undefined), changeSection(undefined)]).toEqual([[], []]));
