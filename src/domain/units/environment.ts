import { type Parsed, parsed, refused } from './parsed.ts';

const name = /^[A-Za-z0-9](?:[A-Za-z0-9 ._/-]{0,98}[A-Za-z0-9])?$/;

/** The name that people and the forge know a place by, such as `production`. */
export const parseEnvironment = (text: string): Parsed<string> =>
  name.test(text)
    ? parsed(text)
    : refused(
        'is no name of an environment',
        'Write letters, digits, spaces, `.`, `_`, `/` and `-`, beginning and ending with a letter or digit, at most 100 characters.',
      );

/** What people call the place where this service runs. */
export const environmentOf = ({ environment }: { readonly environment: string | undefined }, namespace: string): string =>
  environment ?? namespace;
