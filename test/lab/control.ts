import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { ForwardName } from './addresses.ts';
import { type CommandResult, run } from './command.ts';
import { LabFailure } from './failure.ts';
import type { Cut, Forward } from './forward.ts';
import { ask } from './http.ts';
import type { PartStatus, Supervisor } from './supervisor.ts';

export interface LabStatus {
  /** The kernel's names of the lab's namespaces. */
  namespaces: Record<'pid' | 'mnt' | 'net', string>;
  parts: PartStatus[];
  forwards: { name: ForwardName; state: 'open' | Cut }[];
}

export interface ControlledLab {
  supervisor: Supervisor;
  forwards: ReadonlyMap<string, Forward>;
  namespaces: LabStatus['namespaces'];
}

/** Takes orders on a unix socket in the state directory, which only its owner may open. */
export function serveControl(socketPath: string, lab: ControlledLab): Promise<void> {
  const server = createServer((request, response) => {
    answer(lab, request)
      .then((result) => reply(response, 200, result))
      .catch((error: Error) => reply(response, 500, { what: error.message, remedy: error instanceof LabFailure ? error.remedy : '' }));
  });
  return new Promise((resolve) => server.listen(socketPath, resolve));
}

async function answer({ supervisor, forwards, namespaces }: ControlledLab, request: IncomingMessage): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://lab');
  const [, subject = '', name = '', order = ''] = pathname.split('/');
  const argument = searchParams.get('argument') ?? undefined;
  if (subject === 'status') {
    const states = [...forwards.values()].map((forward) => ({ name: forward.name, state: forward.state }));
    return { namespaces, parts: supervisor.status(), forwards: states } satisfies LabStatus;
  }
  if (subject === 'exec')
    return run(JSON.parse(await bodyOf(request)) as string[]).then(({ code, stdout, stderr }) => ({ code, stdout, stderr }));
  if (subject === 'forwards') return orderForward(forwards, name, order, argument as Cut | undefined);
  if (subject === 'parts') return orderPart(supervisor, name, order, argument as NodeJS.Signals | undefined);
  throw new LabFailure(`The lab does not understand ${pathname}.`, 'Use the module and the lab of the same checkout.');
}

async function orderPart(supervisor: Supervisor, name: string, order: string, signal: NodeJS.Signals | undefined): Promise<object> {
  if (order === 'start') await supervisor.start(name);
  else if (order === 'restart') await supervisor.restart(name);
  else if (order === 'kill') await supervisor.kill(name, signal);
  else if (order === 'pause') supervisor.pause(name);
  else if (order === 'resume') supervisor.resume(name);
  else throw new LabFailure(`A part cannot ${order}.`, 'It can start, restart, kill, pause and resume.');
  return {};
}

function orderForward(forwards: ReadonlyMap<string, Forward>, name: string, order: string, how: Cut | undefined): object {
  const forward = forwards.get(name);
  if (!forward) throw new LabFailure(`The lab has no forward "${name}".`, `Known: ${[...forwards.keys()].join(', ')}.`);
  if (order === 'cut') forward.cut(how);
  else forward.restore();
  return {};
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function reply(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
}

/** The other end of the socket: what `Lab` and the command line say. */
export class Control {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  status(): Promise<LabStatus> {
    return this.#say('/status');
  }

  exec(argv: readonly string[]): Promise<CommandResult> {
    return this.#say('/exec', JSON.stringify(argv));
  }

  async part(name: string, order: 'start' | 'restart' | 'kill' | 'pause' | 'resume', signal?: NodeJS.Signals): Promise<void> {
    await this.#say(`/parts/${name}/${order}${signal ? `?argument=${signal}` : ''}`);
  }

  async forward(name: ForwardName, order: 'cut' | 'restore', how?: Cut): Promise<void> {
    await this.#say(`/forwards/${name}/${order}${how ? `?argument=${how}` : ''}`);
  }

  async #say<Answer>(path: string, body?: string): Promise<Answer> {
    const question = { socketPath: this.#socketPath, method: 'POST', milliseconds: 240_000, ...(body !== undefined && { body }) };
    const { status, body: text } = await ask(`http://lab${path}`, question);
    const content = JSON.parse(text) as Answer & { what: string; remedy: string };
    if (status !== 200) throw new LabFailure(content.what, content.remedy);
    return content;
  }
}
