import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WebhookReceiver {
  readonly url: string;
  readonly received: { readonly path: string; readonly contentType: string | undefined; readonly body: string }[];
  stop(): Promise<void>;
}

/** Takes every message at a loopback address; the path is what makes its URL a secret. Whoever asks for a list gets an empty one. */
export async function startWebhookReceiver(secret: string): Promise<WebhookReceiver> {
  const received: { path: string; contentType: string | undefined; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      if (request.method === 'POST') received.push({ path: request.url ?? '', contentType: request.headers['content-type'], body });
      response.end('[]');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/${secret}`,
    received,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
