import { spawn } from 'node:child_process';

export interface Answer {
  /** `undefined` when it could not be started or was ended. */
  readonly exitCode: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const mostBytes = 8 * 1024 * 1024;
const timeoutSeconds = 120;

/** Asks `docker` something, whose answer is bytes. @param input given on standard input and nowhere else */
export function askDocker(args: readonly string[], env: NodeJS.ProcessEnv, input = ''): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn('docker', args, { env, shell: false, stdio: ['pipe', 'pipe', 'pipe'], timeout: timeoutSeconds * 1000 });
    const stdout: Buffer[] = [];
    let length = 0;
    let stderr = '';
    child.stdout.on('data', (bytes: Buffer) => {
      length += bytes.length;
      if (length > mostBytes) child.kill('SIGKILL');
      else stdout.push(bytes);
    });
    child.stderr.on('data', (bytes: Buffer) => {
      stderr = (stderr + bytes.toString('utf8')).slice(-4096);
    });
    child.once('error', (error) => resolve({ exitCode: undefined, stdout: Buffer.alloc(0), stderr: error.message }));
    child.once('close', (code) => resolve({ exitCode: code ?? undefined, stdout: Buffer.concat(stdout), stderr }));
    // A program that does not read is told by its exit code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
