import { describe, expect, it } from '@jest/globals';
import { destinationsText, forGuardian, namesOf, readDestinations, secretsOf } from '../../../src/domain/alert/destination.ts';

describe('destinations', () => {
  it('are numbered within their kind', () => {
    const slack = { kind: 'slack', url: 'https://a' } as const;
    expect(namesOf([slack, { kind: 'teams', url: 'https://a' }, slack, slack])).toEqual(['slack', 'teams', 'slack 2', 'slack 3']);
  });

  it('are the same for the guardian, without what writes to a repository', () => {
    const alertmanager = { kind: 'alertmanager', url: 'https://a', token: 't', labels: { team: 'shop' } } as const;
    const given = forGuardian([{ kind: 'github-issue', token: 't' }, alertmanager]);
    expect(readDestinations(destinationsText(given))).toEqual([alertmanager]);
  });

  it('are secret in their path, their password and their token', () => {
    expect(secretsOf({ kind: 'slack', url: 'https://hooks.slack.example/services/T/B/x?y=1' })).toEqual([
      'https://hooks.slack.example/services/T/B/x?y=1',
      '/services/T/B/x?y=1',
    ]);
    expect(secretsOf({ kind: 'alertmanager', url: 'http://user:password@am:9093', token: 'token-1' })).toEqual([
      'http://user:password@am:9093',
      'password',
      'token-1',
    ]);
    expect(secretsOf({ kind: 'alertmanager', url: 'http://user:p%40ss%2Fword@am:9093' })).toEqual([
      'http://user:p%40ss%2Fword@am:9093',
      'p%40ss%2Fword',
      'p@ss/word',
    ]);
    expect(secretsOf({ kind: 'alertmanager', url: 'http://user:pass@word-100%@am:9093' })).toEqual([
      'http://user:pass@word-100%@am:9093',
      'pass@word-100%',
    ]);
    // Too short to be one: it would blot out ordinary words.
    expect(secretsOf({ kind: 'webhook', url: 'https://a/hook' })).toEqual(['https://a/hook']);
    expect(secretsOf({ kind: 'github-issue', token: 'token-1' })).toEqual(['token-1']);
  });
});
