import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { shown } from '../units/shown.ts';
import { literally, quoted } from './promql.ts';

const remedy = 'Write label matchers only, such as `namespace="shop",version="canary"`.';
const text = String.raw`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'`;
const matcher = new RegExp(String.raw`\s*(?:[a-zA-Z_]\w*|${text})\s*(?:=~|!~|!=|=)\s*(?:${text})\s*(,|$)`, 'y');

/**
 * A user's label matchers, with or without the braces around them → without. Only whole matchers are let through, so nothing in
 * here can end the braces it is put into.
 */
export function parseSelector(given: string): Parsed<string> {
  const trimmed = given.trim();
  const bare = trimmed.startsWith('{') && trimmed.endsWith('}') ? trimmed.slice(1, -1).trim() : trimmed;
  if (bare.length > 4096) return refused('is longer than 4,096 characters', remedy);
  if (bare === '') return refused('selects everything', remedy);
  const matchers: string[] = [];
  matcher.lastIndex = 0;
  while (matcher.lastIndex < bare.length) {
    const from = matcher.lastIndex;
    const [found, separator = ''] = matcher.exec(bare) ?? [];
    if (found === undefined) return refused(`has something that is no label matcher at \`${shown(bare.slice(from), 40)}\``, remedy);
    matchers.push(found.slice(0, found.length - separator.length).trim());
  }
  return parsed(matchers.join(','));
}

export interface ArmPods {
  readonly namespace: string;
  readonly deployment: string;
  /** `pod-template-hash` of the ReplicaSets whose pods are meant. */
  readonly hashes: readonly string[];
}

// Kubernetes cuts the front of a generated name to 58 characters and adds 5 of its own.
const longestPrefix = 58;

/**
 * The pods of a Deployment's ReplicaSets, by their names: the hash keeps `agent` from matching the pods of `agent-canary`.
 * `label` is the one that holds the pod's name in the metrics.
 */
export function podSelector({ namespace, deployment, hashes }: ArmPods, label = 'pod'): Parsed<string> {
  if (hashes.length === 0)
    return refused(
      `selects no pod: Deployment ${deployment} has no ReplicaSet yet`,
      'Wait for its rollout, or give the selector yourself.',
    );
  const longest = Math.max(...hashes.map((hash) => deployment.length + 1 + hash.length));
  if (longest > longestPrefix) {
    return refused(
      `cannot tell the pods of ${deployment} by their names, because Kubernetes shortens names this long`,
      'Give the selector yourself.',
    );
  }
  const dash = longest < longestPrefix ? '-' : '-?';
  const pattern = `${literally(deployment)}-(${hashes.map(literally).join('|')})${dash}[a-z0-9]+`;
  return parsed(`namespace=${quoted(namespace)},${label}=~${quoted(pattern)}`);
}
