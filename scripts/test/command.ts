import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Runs a command at this terminal and gives its exit code. An interrupt goes to it too, and it decides what that means. */
export function runHere(argv: readonly string[], cwd: string): Promise<number> {
  const [command = '', ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, { cwd, stdio: 'inherit' });
    const forward = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM'] as const;
    for (const signal of signals) process.on(signal, forward);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
