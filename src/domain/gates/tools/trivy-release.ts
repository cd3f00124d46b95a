/** An archive that is taken only if it is exactly this one. */
export interface PinnedArchive {
  readonly url: string;
  /** 64 hexadecimal digits, of the whole archive. */
  readonly sha256: string;
  /** The file in it that is run. */
  readonly program: string;
}

export const trivyVersion = '0.70.0';

const base = `https://github.com/aquasecurity/trivy/releases/download/v${trivyVersion}/trivy_${trivyVersion}_`;

/** By operating system and processor, as Node names them: what the release's own list of checksums says. A platform that is not here is not downloaded. */
const archives: Readonly<Record<string, { readonly name: string; readonly sha256: string }>> = {
  'linux/x64': { name: 'Linux-64bit.tar.gz', sha256: '8b4376d5d6befe5c24d503f10ff136d9e0c49f9127a4279fd110b727929a5aa9' },
  'linux/arm64': { name: 'Linux-ARM64.tar.gz', sha256: '2f6bb988b553a1bbac6bdd1ce890f5e412439564e17522b88a4541b4f364fc8d' },
  'darwin/arm64': { name: 'macOS-ARM64.tar.gz', sha256: '68e543c51dcc96e1c344053a4fde9660cf602c25565d9f09dc17dd41e13b838a' },
};

export const trivyPlatforms: readonly string[] = Object.keys(archives);

export function trivyArchive(platform: string): PinnedArchive | undefined {
  const archive = Object.hasOwn(archives, platform) ? archives[platform] : undefined;
  return archive === undefined ? undefined : { url: `${base}${archive.name}`, sha256: archive.sha256, program: 'trivy' };
}
