import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../lab/await.ts';

const debian = '/usr/lib/postgresql';

export interface Databases {
  stop(): Promise<void>;
}

/**
 * A real PostgreSQL and a real Redis on the ports on which GitHub would have put the service containers of the workflow, with its user, password
 * and database. act starts no services. Tests take turns, and whoever has its turn runs a whole pipeline twice; throws where somebody else listens there.
 */
export async function startDatabases(): Promise<Databases> {
  const turn = await until('the turn of this test', takeTurn, { seconds: 2100, every: 500 });
  try {
    const { stop } = await start();
    return {
      stop: async () => {
        await stop();
        turn.close();
      },
    };
  } catch (error) {
    turn.close();
    throw error;
  }
}

/** A name that only one process of the machine can hold, and that is free again however it ends. */
async function takeTurn(): Promise<Server | undefined> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', () => resolve(undefined)).once('listening', () => resolve(server));
    server.listen('\0wf-deploy-test-databases');
  });
}

async function start(): Promise<Databases> {
  for (const port of [5432, 6379])
    if (await listens(port)) throw new Error(`Somebody listens on 127.0.0.1:${port}: these tests need that port.`);
  const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-databases-'));
  const programs = postgresPrograms();
  // PostgreSQL does not run as root; its Debian package makes this user.
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })));
  const user = { uid: uid ?? 0, gid: gid ?? 0, cwd: folder };
  const data = join(folder, 'data');
  mkdirSync(data);
  for (const each of [folder, data]) chownSync(each, user.uid, user.gid);
  // As the images of PostgreSQL have it, whatever the locale of this machine.
  const utf8 = ['--encoding', 'UTF8', '--no-locale'];
  execFileSync(join(programs, 'initdb'), ['--pgdata', data, '--username', 'postgres', '--auth', 'trust', '--no-sync', ...utf8], {
    ...user,
    stdio: 'ignore',
  });
  const quick = ['-c', 'fsync=off', '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`];
  const postgres = spawn(join(programs, 'postgres'), ['-D', data, '-p', '5432', ...quick], { ...user, stdio: 'ignore' });
  const redis = spawn('redis-server', ['--port', '6379', '--bind', '127.0.0.1', '--save', '', '--dir', folder], { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    await Promise.all([ended(postgres, 'SIGQUIT'), ended(redis, 'SIGKILL')]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until('PostgreSQL and Redis', async () => (await listens(5432)) && (await listens(6379)));
    await until('the database', async () => {
      try {
        execFileSync(join(programs, 'createdb'), ['--host', folder, '--username', 'postgres', 'test'], { ...user, stdio: 'ignore' });
        return true;
      } catch {
        // It listens before it answers.
        return false;
      }
    });
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function postgresPrograms(): string {
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((one, other) => Number(other) - Number(one)) : [];
  const found = versions.map((version) => join(debian, version, 'bin')).find((folder) => existsSync(join(folder, 'postgres')));
  if (found === undefined) throw new Error('PostgreSQL is not there. `npm run lab -- provision` installs it.');
  return found;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}
