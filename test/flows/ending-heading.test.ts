import { expect, it } from '@jest/globals';
import { endingHeading } from '../../src/flows/ending-heading.ts';

it('says what became of the service, why, and what to do', () => {
  expect(endingHeading('✅', 'agent', { outcome: 'promoted', reason: 'It is there.', remedy: undefined })).toEqual([
    '## ✅ agent: promoted',
    '',
    'It is there.',
    '',
  ]);
});

it('keeps further lines as they are, and makes foreign text inert', () => {
  const lines = endingHeading('↩️', 'agent', { outcome: 'rolled-back', reason: '<b>bad\n  line 1\n  line 2', remedy: 'See [it](x).' });
  expect(lines.slice(2)).toEqual([
    '&#60;b&#62;bad',
    '',
    '```text\n  line 1\n  line 2\n```',
    '',
    '**What to do:** See &#91;it&#93;&#40;x&#41;.',
    '',
  ]);
});
