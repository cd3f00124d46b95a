import type { ImageRef } from '../../domain/units/image.ts';

export interface Location {
  /** Of the registry's API. */
  readonly origin: URL;
  /** As credentials are filed. */
  readonly host: string;
  readonly repository: string;
}

/** Where an image's registry is: docker.io where the name has no host, and plain http for this machine alone. `undefined`: no URL can be made of it. */
export function locationOf({ name }: ImageRef): Location | undefined {
  const [first = '', ...rest] = name.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const given = hasHost ? first : 'docker.io';
  const path = hasHost ? rest.join('/') : name;
  const hub = given === 'docker.io' || given === 'index.docker.io';
  const host = hub ? 'registry-1.docker.io' : given;
  const origin = `${isLocal(host) ? 'http' : 'https'}://${host}`;
  if (!URL.canParse(origin)) return undefined;
  return {
    origin: new URL(origin),
    host: hub ? 'docker.io' : host,
    repository: hub && !path.includes('/') ? `library/${path}` : path,
  };
}

export const isLocal = (host: string): boolean => /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(host);
