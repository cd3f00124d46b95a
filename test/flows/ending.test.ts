import { expect, it } from '@jest/globals';
import { annotationOf, endingHeading, inOneLine, writtenLines } from '../../src/flows/ending.ts';

it('says what became of the service, why, and what to do', () => {
  expect(endingHeading('agent', { outcome: 'promoted', reason: 'It is there.', remedy: undefined })).toEqual([
    '## ✅ agent: promoted',
    '',
    'It is there.',
    '',
  ]);
});

it('keeps further lines as they are, and makes foreign text inert', () => {
  const lines = endingHeading('agent', { outcome: 'rolled-back', reason: '<b>bad\n  line 1\n  line 2', remedy: 'See [it](x).' });
  expect(lines).toEqual([
    '## ↩️ agent: rolled-back',
    '',
    '&#60;b&#62;bad',
    '',
    '```text\n  line 1\n  line 2\n```',
    '',
    '**What to do:** See &#91;it&#93;&#40;x&#41;.',
    '',
  ]);
});

it('is an error where nobody knows, and a warning otherwise, in its first line', () => {
  const ended = { outcome: 'unknown', reason: 'Nobody answers.\n  line 1', remedy: 'Look.' } as const;
  expect(annotationOf('agent', ended)).toEqual({ level: 'error', title: 'agent: unknown', text: 'Nobody answers.\n→ Look.' });
  expect(annotationOf('agent', { ...ended, outcome: 'aborted', remedy: undefined })).toEqual({
    level: 'warning',
    title: 'agent: aborted',
    text: 'Nobody answers.',
  });
});

it('what is to be mended is annotated as a whole, and its first item is the reason in one line', () => {
  const list = '2 problems were found:\n- The one.\n  → Mend it.\n- The other.';
  const ended = { outcome: 'rolled-back', reason: list, remedy: 'Mend them.' } as const;
  expect(annotationOf('agent', ended).text).toBe(`${list}\n→ Mend them.`);
  expect([inOneLine(list), inOneLine('Crashed.\n  Last log lines:'), inOneLine('Alone:')]).toEqual([
    '2 problems were found: The one.',
    'Crashed.',
    'Alone:',
  ]);
});

it('a write is told with the time of day', () => {
  expect(writtenLines([{ at: '2026-11-29T10:11:12.345Z', what: 'weight 25 %' }])).toEqual(['10:11:12 weight 25 %']);
});
