import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

// What people copy out of a page works, or at least names something that is there.
const root = resolve(import.meta.dirname, '../..');
const files = execFileSync('git', ['-C', root, 'ls-files', '-z', '--', '*.md', '*.yml', '*.yaml'], { encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && !/^(?:dist|test)\//.test(file));
const pages = files.filter((file) => file.endsWith('.md'));
const ofRepository = new Set(execFileSync('git', ['-C', root, 'ls-files', '-z'], { encoding: 'utf8' }).split('\0'));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

it('there are pages', () =>
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/guides/pipeline.md', 'actions/canary/README.md'])));

/** What stands behind `uses:`, at the beginning of a line or of a map in one. */
const used = (file: string): readonly string[] =>
  [...read(file).matchAll(/(?:^ *(?:- )?|\{ *)uses: *["']?([^\s,"'}]+)/gm)].map(([, uses = '']) => uses);

describe('an example in a page uses', () => {
  const all = pages.flatMap((file) => used(file).map((uses) => [file, uses] as const));
  const ours = all.filter(([, uses]) => uses.includes('wf-deploy'));

  it('our actions and workflows by one pattern, and such as are there', () => {
    expect(ours.length).toBeGreaterThan(30);
    for (const [file, uses] of ours) {
      const [, path = ''] =
        /^your-org\/wf-deploy\/((?:actions\/[a-z-]+)|(?:\.github\/workflows\/[a-z-]+\.yml))@(?:<commit>|0{40})$/.exec(uses) ?? [];
      expect([file, uses, path]).toEqual([file, uses, expect.stringMatching(/./)]);
      expect([file, uses, ofRepository.has(path) || ofRepository.has(`${path}/action.yml`)]).toEqual([file, uses, true]);
    }
  });

  it('actions of others by a commit, and nothing else', () => {
    for (const [file, uses] of all.filter((each) => !ours.includes(each)))
      expect([file, uses]).toEqual([file, expect.stringMatching(/^[\w-]+\/[\w-]+@(?:<commit>|[0-9a-f]{40})$/)]);
  });
});

it.each(files)('%s shows no image by the tag of a whole commit: a build pushes the short one', (file) =>
  expect(read(file)).not.toMatch(/:\$\{\{ *github\.sha *\}\}/),
);
