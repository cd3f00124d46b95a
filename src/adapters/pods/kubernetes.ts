import { createServer, type Socket } from 'node:net';
import type { Failure } from '../../failure.ts';
import type { Pods } from '../../ports/pods.ts';
import type { Connection } from '../cluster/connection.ts';
import { part } from '../cluster/paths.ts';
import { bridge } from './portforward.ts';

// More than any number of lines that a person would read.
const mostLogBytes = 1024 * 1024;

export interface PodsOptions {
  /** How long a forwarded connection stays when its client has closed its side and the pod says nothing; 10 by default. */
  readonly lingerSeconds?: number;
}

export function kubernetesPods(connection: Connection, { lingerSeconds = 10 }: PodsOptions = {}): Pods {
  return {
    log: ({ namespace, name }, container, { lines, previous }, signal) =>
      connection.text({
        purpose: `read the log of ${container} in Pod ${namespace}/${name}`,
        path: `/api/v1/namespaces/${part(namespace)}/pods/${part(name)}/log`,
        query: { container, tailLines: String(lines), previous: String(previous), limitBytes: String(mostLogBytes) },
        headers: { Accept: '*/*' },
        signal,
      }),
    async forward(pod, port) {
      const sockets = new Set<Socket>();
      let problem: string | undefined;
      let unopened: Failure | undefined;
      // A client may say that it has sent all it has to say and still wait for the answer.
      const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        bridge({ connection, pod, port, lingerSeconds }, socket, (reason, failure) => {
          problem = reason;
          unopened = failure;
        });
      });
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      const address = server.address();
      const local = typeof address === 'object' && address !== null ? address.port : 0;
      return {
        url: `http://127.0.0.1:${local}`,
        problem: () => problem,
        unopened: () => unopened,
        close: () =>
          new Promise((resolve) => {
            server.close(() => resolve());
            for (const socket of sockets) socket.destroy();
          }),
      };
    },
  };
}
