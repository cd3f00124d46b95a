import { type Parsed, parsed, refused } from './parsed.ts';

/** The entry of a register. An unknown name is refused with the list of the known ones, never replaced by a default. */
export function knownVariant<T>(register: Readonly<Record<string, T>>, name: string): Parsed<T> {
  const found = Object.hasOwn(register, name) ? register[name] : undefined;
  return found === undefined ? refused('is not known', `Write one of ${knownNames(register)}.`) : parsed(found);
}

export const knownNames = (register: Readonly<Record<string, unknown>>): string =>
  Object.keys(register)
    .map((name) => `\`${name}\``)
    .join(', ');
