import { expect, it } from '@jest/globals';
import { noticeText } from '../../src/flows/notice.ts';

it('says who was told of what', () =>
  expect(noticeText({ notifier: 'slack', about: 'rolled-back', told: true })).toBe('slack, of rolled-back: told'));

it('says why somebody was not, and nothing foreign formats the summary', () => {
  const text = noticeText({ notifier: 'webhook', about: 'aborted', told: false, problem: '<b>500</b> | `x`' });
  expect(text).toMatch(/^webhook, of aborted: \*\*not told\*\*\. /);
  expect(text).not.toMatch(/<b>|\||`/);
});
