/** What this needs to know of package-lock.json, version 3. */
export interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * The lock with an entry for each platform's package that another one names and npm left out, because it could not be fetched where the
 * lock was made. Without them `npm ci` refuses the lock. They carry no integrity: that stands only in what npm has fetched.
 */
export function completed<T extends Lock>(lock: T): T {
  const missing = Object.values(lock.packages).flatMap(({ dev, optionalDependencies = {} }) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !(`node_modules/${name}` in lock.packages))
      .map(([name, version]): [string, LockedPackage] => [
        `node_modules/${name}`,
        entry(exact(name, version), dev === true, platformOf(name)),
      ]),
  );
  // In npm's order, so that npm leaves the file as it is.
  const packages = [...Object.entries(lock.packages), ...missing].sort(([one], [other]) => one.localeCompare(other, 'en'));
  return { ...lock, packages: Object.fromEntries(packages) };
}

interface Platform {
  readonly os: readonly string[];
  readonly cpu: readonly string[];
  readonly libc: readonly string[];
}

/** With its fields in npm's order. */
function entry(version: string, dev: boolean, { os, cpu, libc }: Platform): LockedPackage {
  const some = <Key extends keyof Platform>(key: Key, values: readonly string[]) => (values.length > 0 ? { [key]: values } : {});
  return { version, ...some('cpu', cpu), ...(dev ? { dev } : {}), ...some('libc', libc), optional: true, ...some('os', os) };
}

function exact(name: string, version: string): string {
  if (/^\d+\.\d+\.\d+/.test(version)) return version;
  throw new Error(`${name} is asked for as ${version}, which is no single version: only npm can lock it.`);
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** By the custom of such packages: `@rolldown/binding-linux-x64-musl`. Throws when the name says nothing, as it would be installed everywhere. */
function platformOf(name: string): Platform {
  const words = name.split(/[/-]/);
  const os = words.filter((word) => systems.includes(word));
  const cpu = words.filter((word) => processors.includes(word));
  if (cpu.length === 0) throw new Error(`${name} does not say by its name which platform it is for.`);
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : words.some((word) => word.startsWith('gnu')) ? ['glibc'] : [];
  return { os, cpu, libc };
}
