import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fittingSummary } from '../../src/runner/summary-text.ts';

/** What GitHub takes of a step. */
const most = 1024 * 1024;
const bytes = (text: string): number => Buffer.byteLength(text);

describe('a summary', () => {
  it('that fits stays as it is', () => {
    const text = `## Title\n\n${'x'.repeat(800_000)}\n`;
    expect(fittingSummary(text)).toBe(text);
  });
  it('of characters of several bytes is cut by its bytes, at a line, and says so', () => {
    const line = `- ${'漢字'.repeat(50)}`;
    const text = `## Title\n\n${Array.from({ length: 8000 }, () => line).join('\n')}\n`;
    expect(text.length).toBeLessThan(900_000);
    const cut = fittingSummary(text);
    expect(bytes(cut)).toBeLessThan(most);
    const [title, empty, ...lines] = cut.trimEnd().split('\n');
    expect([title, empty]).toEqual(['## Title', '']);
    const listed = lines.filter((each) => each === line).length;
    expect(lines.slice(listed)).toEqual([
      '',
      `**The summary ends here: ${8000 - listed} more lines are more than GitHub takes.** The log and the report have the rest.`,
    ]);
  });
  it('closes what it was cut in, so that the last sentence is seen', () => {
    const folded = `## Title\n<details><summary>a</summary>\n\n<details open><summary>b</summary>\n\n\`\`\`\`text\n${'line\n'.repeat(300_000)}\`\`\`\`\n</details>\n</details>\n`;
    const cut = fittingSummary(folded);
    expect(cut).toMatch(/\nline\n````\n\n<\/details>\n\n<\/details>\n\n\*\*The summary ends here/);
    expect(bytes(cut)).toBeLessThan(most);
    const closed = fittingSummary(`<details><summary>a</summary>\n</details>\n${'line\n'.repeat(300_000)}`);
    expect(closed.match(/<\/details>/g)).toHaveLength(1);
  });
  it('of a single line too long is that sentence alone', () => {
    expect(fittingSummary('x'.repeat(2_000_000))).toMatch(/^\n\*\*The summary ends here: 1 more line is more/);
  });
  it('always fits', () => {
    const lines = fc.array(
      fc.constantFrom('é'.repeat(9000), '<details><summary>x</summary>', '</details>', '```text', '```', '😀'.repeat(4000), ''),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(lines, (each) => expect(bytes(fittingSummary(each.join('\n')))).toBeLessThan(most)),
      { numRuns: 30 },
    );
  });
});
