import { describe, expect, it } from '@jest/globals';
import { connectionsOf, parseHeaders, parsePrometheusService, parseUrl, parseWebhook } from '../../src/flows/connection-fields.ts';

describe('parseUrl', () => {
  it.each(['https://prometheus.example.com', 'http://127.0.0.1:9090/prometheus', 'https://user:pass@host/x?y=1'])('takes %s', (text) =>
    expect(parseUrl(text)).toEqual({ ok: true, value: text }),
  );
  it.each([
    'prometheus:9090',
    'ftp://host',
    'file:///etc/passwd',
    '/metrics',
    'javascript:alert(1)',
    'https://user:100%@host',
    'https://100%25%:pass@host',
  ])('refuses %s, without showing it', (text) => {
    const result = parseUrl(text);
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain(text);
  });
});

describe('parseWebhook', () => {
  it('takes the same, and speaks of no Prometheus', () => {
    expect(parseWebhook('https://hooks.example.com/x')).toEqual({ ok: true, value: 'https://hooks.example.com/x' });
    expect(parseWebhook('hooks.example.com/x')).toEqual({
      ok: false,
      problem: 'is no http or https address',
      remedy: 'Write for instance https://hooks.example.com/deploys, and look whether its secret is set.',
    });
  });
});

describe('parsePrometheusService', () => {
  it.each([
    ['monitoring/prometheus:9090', { namespace: 'monitoring', name: 'prometheus', port: '9090' }],
    ['m/prometheus-operated:http-web', { namespace: 'm', name: 'prometheus-operated', port: 'http-web' }],
  ])('takes %s', (text, value) => expect(parsePrometheusService(text)).toEqual({ ok: true, value }));
  it.each([
    'prometheus',
    'prometheus:9090',
    'monitoring/prometheus',
    'monitoring/prometheus:',
    '/prometheus:9090',
    'a/b/c:9',
    'Monitoring/p:1',
    'a/b:9\n',
    'a/../b:9',
    `${'a'.repeat(64)}/b:1`,
  ])('refuses %j', (text) => expect(parsePrometheusService(text)).toMatchObject({ ok: false, problem: 'is not `namespace/name:port`' }));
});

describe('parseHeaders', () => {
  it('takes one a line', () => {
    expect(parseHeaders('X-Scope-OrgID: team-1\n\n  Authorization:Basic abc==  \n')).toEqual({
      ok: true,
      value: { 'X-Scope-OrgID': 'team-1', Authorization: 'Basic abc==' },
    });
  });
  it.each(['no colon', 'bad name: x', 'X-A: ü', 'X-A: a\u0000b', ': x'])('refuses %j, without showing it', (text) => {
    const result = parseHeaders(`X-Good: 1\n${text}`);
    expect(result).toMatchObject({ ok: false, remedy: 'Write one `Name: value` a line.' });
    expect(JSON.stringify(result)).not.toContain(text);
  });
});

describe('connectionsOf', () => {
  it('is empty where nothing is given', () => {
    expect(connectionsOf({})).toEqual({ kubeconfig: { text: '', context: '' }, prometheus: undefined, notify: [] });
  });
  it('by address, with all that belongs to it', () => {
    expect(
      connectionsOf({
        kubeconfig: 'k',
        context: 'c',
        'prometheus-url': 'https://p',
        'prometheus-token': 't',
        'prometheus-ca': 'pem',
        'prometheus-headers': { a: 'b' },
        'notify-webhook': 'https://w',
      }),
    ).toEqual({
      kubeconfig: { text: 'k', context: 'c' },
      prometheus: { by: 'url', url: 'https://p', token: 't', ca: 'pem', headers: { a: 'b' } },
      notify: [{ kind: 'webhook', url: 'https://w' }],
    });
    expect(connectionsOf({ 'prometheus-url': 'https://p' }).prometheus).toEqual({
      by: 'url',
      url: 'https://p',
      token: undefined,
      ca: undefined,
      headers: {},
    });
  });
  it('by Service', () => {
    expect(connectionsOf({ 'prometheus-service': { namespace: 'm', name: 'p', port: '9090' } }).prometheus).toEqual({
      by: 'service',
      namespace: 'm',
      name: 'p',
      port: '9090',
    });
  });
});
