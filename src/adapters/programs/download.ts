import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../../failure.ts';
import { type Opened, open } from '../http/exchange.ts';
import type { NoAnswer } from '../http/no-answer.ts';

const mostBytes = 400 * 1024 * 1024;
const mostRedirects = 5;
/** Seconds for the headers, and for the whole. */
const patience = 30;
const wholePatience = 600;

/** Writes what is at the address into a file that must not be there yet, and answers with its SHA-256. Throws PROGRAM_UNREACHABLE. */
export async function download(address: string, path: string, signal?: AbortSignal): Promise<string> {
  const deadline = AbortSignal.timeout(wholePatience * 1000);
  const either = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
  const opened = await follow(new URL(address), either, 0);
  const hash = createHash('sha256');
  let size = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      done(size > mostBytes ? new Error(`it is longer than ${mostBytes} bytes`) : null, chunk);
    },
  });
  try {
    await pipeline(opened.stream, counted, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal: either });
  } catch (error) {
    await rm(path, { force: true });
    signal?.throwIfAborted();
    throw unreachable(address, error instanceof Error ? error.message : String(error));
  }
  return hash.digest('hex');
}

/** Plain http only from this machine to itself: an archive is held to its checksum, but nobody need see what is fetched. */
async function follow(url: URL, signal: AbortSignal, redirects: number): Promise<Opened> {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && url.hostname === '127.0.0.1'))
    throw unreachable(url.href, 'it is no https address');
  const answer: Opened | NoAnswer = await open({ url, headers: { 'User-Agent': 'wf-deploy' }, signal, timeoutSeconds: patience });
  if (answer.is === 'no-answer') throw unreachable(url.href, answer.reason);
  const { location } = answer.headers;
  if ([301, 302, 303, 307, 308].includes(answer.status) && location !== undefined && URL.canParse(location, url.href)) {
    answer.stream.destroy();
    if (redirects >= mostRedirects) throw unreachable(url.href, 'it redirects again and again');
    return await follow(new URL(location, url.href), signal, redirects + 1);
  }
  if (answer.status === 200) return answer;
  answer.stream.destroy();
  throw unreachable(url.href, `the answer was ${answer.status}`);
}

/** Without the query, which may hold a signature. */
const unreachable = (address: string, reason: string): Failure => {
  const { origin, pathname } = new URL(address);
  return new Failure(
    'PROGRAM_UNREACHABLE',
    `${origin === 'null' ? '' : origin}${pathname} cannot be had: ${reason}.`,
    'Let this runner reach it, give a mirror by `trivy-url` and `trivy-sha256`, or install the program in an earlier step and set `trivy: path`.',
  );
};
