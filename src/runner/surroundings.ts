import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { type BuildContext, buildContext } from '../domain/build/context.ts';
import { jsonOf } from '../domain/units/json.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { RunIdentity } from '../ports/worlds/workspace.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Who this process is. The random part tells two jobs of one run apart, and a run from its own repetition. */
export function runIdentity(environment: Environment): RunIdentity {
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_RUN_ID: id,
    GITHUB_RUN_ATTEMPT: attempt = '1',
    GITHUB_JOB: job = '',
  } = environment;
  const page =
    server === undefined || repository === undefined || id === undefined
      ? undefined
      : `${server}/${repository}/actions/runs/${id}/attempts/${attempt}`;
  const unique = randomBytes(4).toString('hex');
  return {
    holder: page === undefined ? `${hostname()}/${process.pid}#${unique}` : `${page}#${job}-${unique}`,
    page,
    actor: environment['GITHUB_ACTOR'],
    commit: environment['GITHUB_SHA'],
  };
}

/** SIGINT and SIGTERM, as the runner sends them when a run is cancelled. */
export function cancellationBySignals(events: Pick<NodeJS.Process, 'on'>): Cancellation {
  const listeners = new Set<(by: string) => void>();
  let requested: string | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    events.on(signal, () => {
      requested ??= signal;
      for (const listener of listeners) listener(signal);
    });
  }
  return {
    onRequest: (listener) => {
      listeners.add(listener);
      if (requested !== undefined) listener(requested);
      return () => listeners.delete(listener);
    },
  };
}

export const dockerFolder = (environment: Environment): string => environment['DOCKER_CONFIG'] ?? join(homedir(), '.docker');

/** What the event says; a payload that is not there or cannot be read says nothing. */
export function contextOf(environment: Environment): BuildContext {
  return buildContext({
    ref: environment['GITHUB_REF'] ?? '',
    sha: environment['GITHUB_SHA'] ?? '',
    repository: environment['GITHUB_REPOSITORY'] ?? '',
    serverUrl: environment['GITHUB_SERVER_URL'] ?? 'https://github.com',
    event: eventOf(environment['GITHUB_EVENT_PATH']),
  });
}

function eventOf(path: string | undefined): unknown {
  return path === undefined || !existsSync(path) ? undefined : jsonOf(readFileSync(path, 'utf8'));
}

/** The runner's own cache: programs of users do not get these, the builder needs them. */
export const cacheAccess = (environment: Environment): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ['ACTIONS_CACHE_URL', 'ACTIONS_RESULTS_URL', 'ACTIONS_RUNTIME_TOKEN', 'ACTIONS_CACHE_SERVICE_V2'].flatMap((name) => {
      const value = environment[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );

/** The registry credentials that an earlier login step left. Empty when there are none. */
export function dockerConfigText(environment: Environment): string {
  const path = join(dockerFolder(environment), 'config.json');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** What a smoke command gets: everything but our inputs and the runner's own tokens. */
export const programEnvironment = (environment: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(?:INPUT_|STATE_|ACTIONS_)/.test(name)));

/** What `main` saved for `post`. The runner puts `STATE_` in front of each name. */
export const handedOverIn = (environment: Environment): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value = '']) => (name.startsWith('STATE_') ? [[name.slice('STATE_'.length), value]] : [])),
  );
