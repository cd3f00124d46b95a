import type { Finding } from './finding.ts';

/** What stays of a finding when lines are added above it: everything but where it is in its file. */
export interface Identity {
  readonly tool: string;
  readonly rule: string;
  /** File, or the dependency by name. A new version of a dependency with the same hole is the same finding. */
  readonly where: string;
  readonly message: string;
  /** Digest of the line's text; empty where there is none. */
  readonly context: string;
}

export function identityOf(tool: string, { rule, place, message, dependency, context = '' }: Finding): Identity {
  const file = place.in === 'file' ? place.path : place.in === 'elsewhere' ? place.shown : '';
  return {
    tool,
    rule,
    where: dependency === undefined ? file : `${file}#${dependency.name}`,
    // A dependency's message names its versions.
    message: dependency === undefined ? withoutLines(message) : '',
    context: dependency === undefined ? context : '',
  };
}

export const identityKey = ({ tool, rule, where, message, context }: Identity): string =>
  JSON.stringify([tool, rule, where, message, context]);

/** Messages name other lines: "redefinition of unused `x` from line 3", "defined at app.py:12:4". Those move too. */
const withoutLines = (message: string): string =>
  message.replace(/\b(lines? )\d+(?:(?:-| to | and )\d+)?/gi, '$1#').replace(/:\d+(?::\d+)?\b/g, ':#');
