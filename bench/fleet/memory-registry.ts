import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A registry on loopback that has every image by the digest it is asked for. */
export async function startMemoryRegistry(): Promise<{ readonly address: string; readonly asked: () => number; close(): Promise<void> }> {
  let asked = 0;
  const server = createServer(({ url = '' }, outgoing) => {
    asked += 1;
    const [, digest = ''] = /\/manifests\/(sha256:[0-9a-f]{64})$/.exec(url) ?? [];
    outgoing.writeHead(digest === '' ? 404 : 200, { 'docker-content-digest': digest }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
