import { Failure } from '../../failure.ts';

/**
 * The Failure for an API server from which nothing came back. Behind a firewall that drops packets, a private endpoint and a list of
 * allowed addresses look alike from outside.
 *
 * @param purpose As words after "Cannot": `read Deployment shop/agent`.
 * @param reason As words after a colon, without a full stop.
 */
export const unreachable = ({ host, hostname }: URL, purpose: string, reason: string): Failure =>
  new Failure(
    'CLUSTER_UNREACHABLE',
    `Cannot ${purpose}: the API server ${host} did not answer: ${reason}.`,
    /certificate/.test(reason) ? 'Put the certificate authority and the name of this API server into the kubeconfig.' : waysIn(hostname),
  );

const waysIn = (hostname: string): string =>
  isThisMachine(hostname)
    ? 'The kubeconfig names the machine itself: give it the address by which this runner reaches the API server.'
    : `${
        isPrivate(hostname)
          ? 'This is a private address, which runners that GitHub hosts cannot reach'
          : 'If the API server is private, or lets in listed addresses only, runners that GitHub hosts cannot reach it'
      }: let the job run on a self-hosted runner inside its network (\`runs-on: self-hosted\`) or on a hosted one with a private network, or let this runner's address in. Otherwise check the address in the kubeconfig.`;

const isThisMachine = (hostname: string): boolean => /^(?:localhost|127\..*|\[::1\]|0\.0\.0\.0)$/.test(hostname);

/** RFC 1918, RFC 6598, and the unique local addresses of IPv6. */
const isPrivate = (hostname: string): boolean =>
  /^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.[\d.]+$|^\[f[cd]/.test(hostname);
