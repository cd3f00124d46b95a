import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';

export interface HttpAnswer {
  status: number;
  body: string;
}

export interface HttpQuestion {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** The certificate to trust, for https. */
  authority?: string;
  /** Does not look at the certificate: for health ports whose certificate a part made for itself. */
  anyCertificate?: boolean;
  /** Speak to this unix socket in place of the address's host. */
  socketPath?: string;
  milliseconds?: number;
}

/** One request with what `fetch` cannot be told: whom to trust, and unix sockets. */
export function ask(url: string, question: HttpQuestion = {}): Promise<HttpAnswer> {
  const { method = 'GET', headers = {}, body, authority, anyCertificate, socketPath, milliseconds = 30_000 } = question;
  const send = url.startsWith('https:') ? secureRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const sent = send(url, {
      method,
      // Node announces no body of a DELETE by itself, and the server then takes it for none.
      headers: body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      agent: false,
      ...(authority && { ca: authority }),
      ...(anyCertificate && { rejectUnauthorized: false }),
      ...(socketPath && { socketPath }),
    });
    const patience = setTimeout(() => sent.destroy(new Error(`${method} ${url} was not answered within ${milliseconds} ms`)), milliseconds);
    sent.once('close', () => clearTimeout(patience));
    sent.once('error', reject);
    sent.once('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    sent.end(body);
  });
}

/** Whether something answers 200 there. */
export async function answers(url: string, question?: HttpQuestion): Promise<boolean> {
  return (await ask(url, { milliseconds: 2000, ...question })).status === 200;
}
