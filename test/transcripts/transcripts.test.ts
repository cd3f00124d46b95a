import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { replay } from './transcript.ts';

const folder = new URL('./', import.meta.url);
const stories = readdirSync(folder)
  .filter((file) => file.endsWith('.txt'))
  .toSorted();

/** `WRITE_TRANSCRIPTS=1` writes the answers of the machine as it is now: read the difference before you keep it. */
const writing = process.env['WRITE_TRANSCRIPTS'] === '1';

describe('whole rollouts', () => {
  it.each(stories)('%s', (file) => {
    const path = new URL(file, folder);
    const replayed = replay(readFileSync(path, 'utf8'));
    if (writing) writeFileSync(path, replayed);
    expect(replayed).toBe(readFileSync(path, 'utf8'));
  });

  it.each([
    ['an unknown command', 'begin resting\njump\n', 'There is no command `jump`'],
    ['an unknown phase', 'begin dreaming\n', 'There is no recorded phase `dreaming`'],
    ['an event that does not fit', 'begin resting\nsample\n', 'Nothing is observed now'],
    ['a repetition that changes more than the waiting', 'begin resting\ndone x3\n', 'changed the phase at its repetition 1'],
    ['an event after its end', 'post stages\nlock-lost claim\ndone\ndone\n', 'The rollout is over'],
    ['an end in the middle', 'begin resting\ndone\n', 'stops in the phase preparing'],
  ])('a story with %s is no story', (_, story, problem) => {
    expect(() => replay(story)).toThrow(problem);
  });
});
