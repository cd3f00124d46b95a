/** What a parser makes of foreign text: a value that cannot be wrong, or what is wrong with it and what to write instead. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string; readonly remedy: string };

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value });
export const refused = (problem: string, remedy: string): Parsed<never> => ({ ok: false, problem, remedy });
