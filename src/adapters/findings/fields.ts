import { stripVTControlCharacters } from 'node:util';
import { shown } from '../../domain/units/shown.ts';
import type { Json, JsonObject } from './json.ts';
import { runAgain, Unreadable } from './unreadable.ts';

/** How long the texts of a finding may be. */
export const limits = { rule: 200, message: 600, version: 100 } as const;

export const objectOf = (value: Json | undefined): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;

export const listOf = (value: Json | undefined): readonly Json[] | undefined => (Array.isArray(value) ? value : undefined);

export const numberOf = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : undefined);

export const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/** Foreign text, fit for a message: one line, no escape sequences, no control or direction characters, bounded. */
export const clean = (value: Json | undefined, most: number): string =>
  typeof value === 'string' ? shown(stripVTControlCharacters(value.slice(0, most * 4)), most).toWellFormed() : '';

/** An address that a person may be sent to. */
export function helpOf(value: Json | undefined): string | undefined {
  if (typeof value !== 'string' || value.length > 500 || !/^https:\/\/[\w.-]+[/\w.\-~%?&=#+,:@!$;*']*$/.test(value)) return undefined;
  return URL.canParse(value) ? value : undefined;
}

/** An object that a report of this kind must have here. */
export function needObject(value: Json | undefined, what: string): JsonObject {
  const object = objectOf(value);
  if (object === undefined) throw new Unreadable(`has no ${what}, so it is not of this format`, runAgain);
  return object;
}

/** A list that a report of this kind must have here. */
export function needList(value: Json | undefined, what: string): readonly Json[] {
  const list = listOf(value);
  if (list === undefined) throw new Unreadable(`has no list ${what}, so it is not of this format or not complete`, runAgain);
  return list;
}
