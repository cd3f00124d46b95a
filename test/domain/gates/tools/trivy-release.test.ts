import { expect, it } from '@jest/globals';
import { trivyArchive, trivyPlatforms, trivyVersion } from '../../../../src/domain/gates/tools/trivy-release.ts';

it.each(trivyPlatforms)('%s is pinned by version and checksum, at the project’s own releases', (platform) => {
  const archive = trivyArchive(platform);
  expect(archive?.url).toMatch(
    new RegExp(
      `^https://github\\.com/aquasecurity/trivy/releases/download/v${trivyVersion}/trivy_${trivyVersion}_[A-Za-z]+-\\w+\\.tar\\.gz$`,
    ),
  );
  expect(archive).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/), program: 'trivy' });
});

it('each has a checksum of its own', () =>
  expect(new Set(trivyPlatforms.map((platform) => trivyArchive(platform)?.sha256)).size).toBe(trivyPlatforms.length));

it.each(['plan9/x64', '', 'toString', '__proto__'])('%j is not downloaded', (platform) => expect(trivyArchive(platform)).toBeUndefined());
