import { type Parsed, parsed, refused } from '../units/parsed.ts';

/** A commit by its whole name: 40 hexadecimal digits, or the 64 of a repository with SHA-256. */
export const isCommit = (text: unknown): text is string => typeof text === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

export const parseCommit = (text: string): Parsed<string> =>
  isCommit(text)
    ? parsed(text)
    : refused('is not the whole name of a commit', 'Write its 40 hexadecimal digits, as `github.sha` gives them.');

/** Enough for a person. */
export const shortCommit = (commit: string): string => commit.slice(0, 12);
