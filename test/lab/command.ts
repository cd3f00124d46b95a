import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  directory?: string;
  environment?: NodeJS.ProcessEnv;
  /** Told each line of what the command prints, as it comes. */
  onLine?: (line: string) => void;
  /** Ends the command with SIGTERM. */
  signal?: AbortSignal;
}

/** Runs a command to its end, whatever its exit code. */
export function run(
  argv: readonly string[],
  { directory, environment, onLine, signal: ending }: CommandOptions = {},
): Promise<CommandResult & { output: Buffer }> {
  const [command = '', ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, {
      cwd: directory,
      env: environment ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(ending === undefined ? {} : { signal: ending }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    if (onLine !== undefined) createInterface({ input: child.stdout }).on('line', onLine);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const output = Buffer.concat(stdout);
      const errors = Buffer.concat(stderr).toString();
      resolve({ code: code ?? -1, output, stdout: output.toString(), stderr: signal ? `${errors}ended by ${signal}` : errors });
    });
  });
}

/** Runs a command that must succeed. */
export async function must(argv: readonly string[], options?: CommandOptions): Promise<Buffer> {
  const { code, output, stderr } = await run(argv, options);
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with exit code ${code}: ${stderr.trim() || output.toString().trim()}`);
  return output;
}
