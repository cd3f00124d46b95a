import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  cacheAccess,
  cancellationBySignals,
  contextOf,
  dockerConfigText,
  handedOverIn,
  programEnvironment,
  runIdentity,
} from '../../src/runner/surroundings.ts';

const folder = mkdtempSync(join(tmpdir(), 'docker-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('runIdentity', () => {
  const environment = {
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_RUN_ID: '7',
    GITHUB_RUN_ATTEMPT: '2',
    GITHUB_JOB: 'deploy',
    GITHUB_ACTOR: 'someone',
    GITHUB_SHA: 'c0ffee',
  };

  it('is a page that a person can open, and a holder that no other process has', () => {
    const [one, other] = [runIdentity(environment), runIdentity(environment)];
    expect(one).toMatchObject({ page: 'https://github.com/o/r/actions/runs/7/attempts/2', actor: 'someone', commit: 'c0ffee' });
    expect(one.holder).toMatch(/^https:\/\/github\.com\/o\/r\/actions\/runs\/7\/attempts\/2#deploy-[0-9a-f]{8}$/);
    expect(one.holder).not.toBe(other.holder);
  });

  it('outside of GitHub Actions is the machine and the process', () => {
    const { holder, page, actor, commit } = runIdentity({});
    expect(holder).toMatch(new RegExp(`/${process.pid}#[0-9a-f]{8}$`));
    expect([page, actor, commit]).toEqual([undefined, undefined, undefined]);
  });
});

describe('cancellationBySignals', () => {
  const emitter = () => new EventEmitter() as unknown as Pick<NodeJS.Process, 'on'> & EventEmitter;

  it.each(['SIGINT', 'SIGTERM'])('%s asks for the end', (signal) => {
    const events = emitter();
    const cancellation = cancellationBySignals(events);
    const asked: string[] = [];
    cancellation.onRequest((by) => asked.push(by));
    events.emit(signal);
    expect(asked).toEqual([signal]);
  });

  it('tells who comes later, at once and of the first signal', () => {
    const events = emitter();
    const cancellation = cancellationBySignals(events);
    events.emit('SIGINT');
    events.emit('SIGTERM');
    const asked: string[] = [];
    cancellation.onRequest((by) => asked.push(by));
    expect(asked).toEqual(['SIGINT']);
  });

  it('stops telling who does not listen any more', () => {
    const events = emitter();
    const cancellation = cancellationBySignals(events);
    const asked: string[] = [];
    const stop = cancellation.onRequest((by) => asked.push(by));
    stop();
    events.emit('SIGINT');
    expect(asked).toEqual([]);
  });
});

describe('dockerConfigText', () => {
  it('is what an earlier login left, and empty where there was none', () => {
    expect(dockerConfigText({ DOCKER_CONFIG: folder })).toBe('');
    writeFileSync(join(folder, 'config.json'), '{"auths":{}}');
    expect(dockerConfigText({ DOCKER_CONFIG: folder })).toBe('{"auths":{}}');
  });
});

describe('programEnvironment', () => {
  it('keeps our inputs, our state and the runner’s tokens from other programs', () => {
    const environment = {
      PATH: '/bin',
      INPUT_KUBECONFIG: 'x',
      'INPUT_PROMETHEUS-TOKEN': 'x',
      STATE_holder: 'x',
      ACTIONS_RUNTIME_TOKEN: 'x',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x',
      MY_INPUT_: 'y',
    };
    expect(programEnvironment(environment)).toEqual({ PATH: '/bin', MY_INPUT_: 'y' });
  });
});

describe('contextOf', () => {
  const environment = { GITHUB_REF: 'refs/heads/main', GITHUB_SHA: 'c0ffee', GITHUB_REPOSITORY: 'example/agent' };
  const path = join(folder, 'event.json');

  it('is what the event says', () => {
    writeFileSync(path, JSON.stringify({ repository: { default_branch: 'trunk' } }));
    expect(contextOf({ ...environment, GITHUB_EVENT_PATH: path })).toMatchObject({
      ...{ on: { is: 'branch', name: 'main' }, defaultBranch: 'trunk', commit: 'c0ffee', page: 'https://github.com/example/agent' },
    });
  });

  it.each(['', '{', 'null'])('is less where the payload is %j', (text) => {
    writeFileSync(path, text);
    expect(contextOf({ ...environment, GITHUB_EVENT_PATH: path })).toMatchObject({
      on: { is: 'branch', name: 'main' },
      defaultBranch: undefined,
    });
  });

  it('is nothing on a machine of one’s own', () => expect(contextOf({})).toMatchObject({ on: { is: 'other' }, repository: '', page: '' }));
});

it('gives the builder what it needs for the cache of the platform, and no other token', () => {
  const environment = { ACTIONS_RUNTIME_TOKEN: 't', ACTIONS_RESULTS_URL: 'u', ACTIONS_CACHE_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x' };
  expect(cacheAccess(environment)).toEqual({ ACTIONS_RUNTIME_TOKEN: 't', ACTIONS_RESULTS_URL: 'u' });
});

it('hands over what `main` saved, and nothing else', () => {
  expect(handedOverIn({ STATE_open: 'true', STATE_holder: 'h', STATE: 'x', INPUT_IMAGE: 'i' })).toEqual({ open: 'true', holder: 'h' });
});
