import { type Place, placeOf, type Region } from '../../domain/gates/place.ts';
import type { ReadContext } from './reader.ts';

/** A path as a tool wrote it: relative ones begin in the folder that the tool ran in. */
export function placeIn({ roots, directory }: ReadContext, path: string, region: Region = {}): Place {
  const isAbsolute = /^(?:[/\\]|[A-Za-z][A-Za-z0-9+.-]*:)/.test(path);
  const place = placeOf(isAbsolute || directory === '' || path === '' ? path : `${directory}/${path}`, roots, region);
  return place;
}
