import { describe, expect, it } from '@jest/globals';
import { unreachable } from '../../../src/adapters/cluster/unreachable.ts';

const remedyFor = (server: string, reason = 'the connection timed out (ETIMEDOUT)') =>
  unreachable(new URL(server), 'read Deployment shop/agent', reason).remedy;

describe('an API server that does not answer', () => {
  it('is named, with what was tried and why it failed', () =>
    expect(unreachable(new URL('https://api.example.com:6443'), 'read Deployment shop/agent', 'the connection was refused')).toMatchObject({
      code: 'CLUSTER_UNREACHABLE',
      what: 'Cannot read Deployment shop/agent: the API server api.example.com:6443 did not answer: the connection was refused.',
    }));

  it.each([
    'https://10.0.0.1',
    'https://172.16.0.1:6443',
    'https://172.31.255.1',
    'https://192.168.1.1',
    'https://100.64.0.1',
    'https://100.127.0.1',
    'https://[fd00::1]:6443',
  ])('%s is private: the remedy names the runners that reach it', (server) => {
    const remedy = remedyFor(server);
    expect(remedy).toMatch(/^This is a private address, which runners that GitHub hosts cannot reach/);
    expect(remedy).toContain('`runs-on: self-hosted`');
  });

  it.each(['https://172.32.0.1', 'https://100.128.0.1', 'https://11.0.0.1', 'https://10.example.com', 'https://[2001:db8::1]'])(
    '%s may be private: the remedy says what then',
    (server) =>
      expect(remedyFor(server)).toMatch(/^If the API server is private, or lets in listed addresses only, .*`runs-on: self-hosted`/),
  );

  it.each(['https://localhost:6443', 'https://127.0.0.1:6443', 'https://[::1]:6443', 'https://0.0.0.0:6443'])(
    '%s is the machine itself',
    (server) =>
      expect(remedyFor(server)).toBe(
        'The kubeconfig names the machine itself: give it the address by which this runner reaches the API server.',
      ),
  );

  it('is not looked for in the network when its certificate is what is wrong', () =>
    expect(remedyFor('https://10.0.0.1', 'the certificate of the server is not trusted (SELF_SIGNED_CERT_IN_CHAIN)')).toBe(
      'Put the certificate authority and the name of this API server into the kubeconfig.',
    ));
});
