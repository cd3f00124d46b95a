import { describe, expect, it } from '@jest/globals';
import { parseDestinations } from '../../../src/domain/alert/written-destinations.ts';

const url = 'https://hooks.example.com/secret-4711';

describe('parseDestinations', () => {
  it('reads each kind, short and in full', () => {
    expect(
      parseDestinations([
        { slack: url },
        { teams: { url } },
        { webhook: url },
        { alertmanager: 'http://alertmanager.monitoring:9093' },
        { alertmanager: { url, token: 'secret-4711', labels: { team: 'shop' } } },
        { 'github-issue': 'secret-4711' },
        { 'github-issue': { token: 'secret-4711', repository: 'org/shop', environment: 'production' } },
      ]),
    ).toEqual({
      ok: true,
      value: [
        { kind: 'slack', url },
        { kind: 'teams', url },
        { kind: 'webhook', url },
        { kind: 'alertmanager', url: 'http://alertmanager.monitoring:9093' },
        { kind: 'alertmanager', url, token: 'secret-4711', labels: { team: 'shop' } },
        { kind: 'github-issue', token: 'secret-4711' },
        { kind: 'github-issue', token: 'secret-4711', repository: 'org/shop', environment: 'production' },
      ],
    });
    expect(parseDestinations([])).toEqual({ ok: true, value: [] });
  });

  it.each<readonly [string, unknown, RegExp]>([
    ['a text', url, /is no list/],
    ['a map', { slack: url }, /is no list/],
    ['a text in the list', [url], /entry 1 is not one name with its address/],
    ['two kinds in one entry', [{ slack: url, teams: url }], /entry 1 is not one name/],
    [
      'an unknown kind',
      [{ slack: url }, { pigeon: url }],
      /entry 2 names `pigeon`.*Known are `webhook`, `slack`, `teams`, `alertmanager`, `github-issue`/,
    ],
    ['a kind of every object', [{ constructor: url }], /`constructor`, which is not known/],
    ['an empty secret', [{ slack: null }], /`slack` has no url Give it, and look whether its secret is set/],
    ['an empty text', [{ slack: '' }], /`slack` has no url/],
    ['no token', [{ 'github-issue': { repository: 'org/shop' } }], /`github-issue` has no token/],
    ['no address', [{ slack: 'secret-4711' }], /`slack` has a url that cannot be used It has to be an http or https address/],
    ['another scheme', [{ slack: 'file:///secret-4711' }], /cannot be used/],
    ['a password that nobody can decode', [{ webhook: 'https://user:4711%@hooks.example.com/x' }], /percent-encoded \(`%` as `%25`\)/],
    ['white space in it', [{ slack: `${url} x` }], /cannot be used/],
    ['a token of two lines', [{ 'github-issue': 'secret-4711\nx' }], /has a token that cannot be used/],
    ['a repository that is none', [{ 'github-issue': { token: 'secret-4711', repository: '../x' } }], /It has to be `owner\/name`/],
    ['an environment that would end the marker', [{ 'github-issue': { token: 'x', environment: 'a --> b' } }], /environment that cannot/],
    ['a bad label', [{ alertmanager: { url, labels: { 'a-b': 'x' } } }], /labels that cannot be used/],
    ['an unknown field', [{ slack: { url, chanel: 'x' } }], /unknown field `chanel`.*Known are `url`/],
    ['too many', Array.from({ length: 11 }, () => ({ slack: url })), /has 11 entries/],
  ])('refuses %s, and shows no value', (_, written, said) => {
    const result = parseDestinations(written);
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(`${result.problem} ${result.remedy}`).toMatch(said);
    expect(`${result.problem} ${result.remedy}`).not.toContain('4711');
  });
});
