import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Archive {
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** A .tar.gz of these files, which can be run. */
export function archiveOf(files: Readonly<Record<string, string>>): Archive {
  const folder = mkdtempSync(join(tmpdir(), 'wf-deploy-archive-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, 'in', name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      chmodSync(path, 0o755);
    }
    execFileSync('tar', ['-czf', join(folder, 'out'), '-C', join(folder, 'in'), ...Object.keys(files)]);
    const bytes = readFileSync(join(folder, 'out'));
    return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
