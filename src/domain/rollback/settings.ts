import type { PodTemplate } from '../kubernetes/workload.ts';
import { configChecksumKey } from '../rolling/config-references.ts';

/** `ConfigMap/name` → the beginning of its digest, as a pod template says it. */
function checksums(template: PodTemplate): ReadonlyMap<string, string> {
  const text = template.metadata?.annotations?.[configChecksumKey] ?? '';
  return new Map(
    text
      .split(',')
      .filter((part) => part.includes('='))
      .map((part) => [part.slice(0, part.lastIndexOf('=')), part.slice(part.lastIndexOf('=') + 1)] as const),
  );
}

/** What was written over since: these ConfigMaps and Secrets have one name for every version, so the older content is not there any more. */
export function overwrittenSettings(present: PodTemplate, target: PodTemplate): readonly string[] {
  const now = checksums(present);
  return [...checksums(target)]
    .filter(([name, checksum]) => now.get(name) !== undefined && now.get(name) !== checksum)
    .map(([name]) => name);
}
