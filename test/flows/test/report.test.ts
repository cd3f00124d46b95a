import { expect, it } from '@jest/globals';
import { Failure } from '../../../src/failure.ts';
import { refusedTest } from '../../../src/flows/test/report.ts';

it('of a refusal says what to do, and speaks no Markdown of what it was given', () => {
  const { summary, outputs } = refusedTest(
    new Failure('INPUT_INVALID', 'No such folder: </details>[a](b)|`c`\n- more', 'Name @one that <is> there.'),
  );
  expect(outputs).toMatchObject({ outcome: 'not-started', reason: 'No such folder: </details>[a](b)|`c`' });
  expect(summary).toContain('**What to do:** Name &#64;one that &#60;is&#62; there.');
  expect(summary).toContain('- more');
  expect(summary.replaceAll(/^```text\n[\s\S]*?\n```$/gm, '')).not.toMatch(/<\/details>|\[a\]|@one/);
});
