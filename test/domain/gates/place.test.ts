import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { placeOf, placeText } from '../../../src/domain/gates/place.ts';

const roots = ['/home/runner/work/svc/svc'];

describe('a place', () => {
  it.each([
    ['src/app.py', 'src/app.py'],
    ['./src//app.py', 'src/app.py'],
    ['src\\app.py', 'src/app.py'],
    ['/home/runner/work/svc/svc/src/a b.py', 'src/a b.py'],
    ['file:///home/runner/work/svc/svc/src/a%20b.py', 'src/a b.py'],
    ['file://localhost/home/runner/work/svc/svc/a.py', 'a.py'],
    ['src/mañana.py', 'src/mañana.py'],
  ])('%s is %s', (text, path) => expect(placeOf(text, roots)).toEqual({ in: 'file', path }));

  it.each([
    '../../etc/passwd',
    'src/../../etc/passwd',
    '..\\..\\secret',
    '/etc/passwd',
    '/home/runner/work/svc/svc',
    '/home/runner/work/svc/svc/../other',
    '/home/runner/work/svcx/a.py',
    'C:\\Windows\\system.ini',
    'file:///etc/passwd',
    'file:///home/runner/work/svc/svc/%2e%2e/x',
    'file:///%zz',
    'file://evil.example/share',
    'https://example.com/a.py',
    'javascript:alert(1)',
    'a\nb.py',
    'a\u202eyp.exe',
    'a\u0000b',
    // One character for the two that begin a command to a terminal.
    'a\u009b2Jb',
    'x/'.repeat(600),
  ])('%j is elsewhere', (text) => expect(placeOf(text, roots).in).toBe('elsewhere'));

  it('of no text is nothing', () => {
    expect(placeOf('', roots)).toEqual({ in: 'nothing' });
    expect(placeText({ in: 'nothing' })).toBe('');
  });

  it('takes only numbers that can be lines', () => {
    for (const line of [0, -1, 1.5, Number.NaN, Infinity, 1e300])
      expect(placeOf('a', roots, { line, column: 2 })).toEqual({ in: 'file', path: 'a' });
    expect(placeOf('a', roots, { line: 3, column: 2, endLine: 2 })).toEqual({ in: 'file', path: 'a', line: 3, column: 2 });
    expect(placeText(placeOf('a', roots, { line: 3, column: 2, endLine: 4 }))).toBe('a:3:2');
  });

  it('never leads out of the repository, whatever the text', () => {
    const part = fc.oneof(
      fc.constantFrom('..', '.', '', '/', '\\', 'file:', '%2e', 'a', 'C:'),
      fc.string({ unit: 'binary', maxLength: 6 }),
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 6 }).map((parts) => parts.join('/')),
        (text) => {
          const place = placeOf(text, roots);
          if (place.in !== 'file') return;
          expect(place.path.split('/')).not.toContain('..');
          expect(place.path).not.toMatch(/^\/|\\|[\p{Cc}\p{Cf}]/u);
        },
      ),
    );
  });
});
