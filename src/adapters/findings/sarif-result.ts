import { clean, limits, listOf, numberOf, objectOf, textOf } from './fields.ts';
import type { Json, JsonObject } from './json.ts';

/** What is kept of a result until its run is known: rules and folders may stand after the results. */
export interface RawResult {
  readonly ruleId: string;
  readonly ruleIndex: number | undefined;
  /** The index of the extension that the rule is of; `undefined`: the driver's. */
  readonly extension: number | undefined;
  readonly level: string | undefined;
  readonly score: Json | undefined;
  readonly message: string | undefined;
  readonly messageId: string | undefined;
  readonly arguments: readonly string[];
  readonly uri: string | undefined;
  readonly base: string | undefined;
  readonly artifact: number | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly endLine: number | undefined;
  readonly excused: boolean;
}

/** `undefined` for a result that is no finding: the standard's other kinds, and what the tool says is gone. */
export function rawResult(result: JsonObject): RawResult | undefined {
  const { kind } = result;
  if (kind === 'pass' || kind === 'notApplicable' || kind === 'informational' || result['baselineState'] === 'absent') return undefined;
  const [rule, message] = [objectOf(result['rule']), objectOf(result['message'])];
  const physical = objectOf(objectOf(listOf(result['locations'])?.[0])?.['physicalLocation']);
  const [artifact, region] = [objectOf(physical?.['artifactLocation']), objectOf(physical?.['region'])];
  return {
    ruleId: clean(result['ruleId'] ?? rule?.['id'], limits.rule),
    ruleIndex: numberOf(result['ruleIndex'] ?? rule?.['index']),
    extension: numberOf(objectOf(rule?.['toolComponent'])?.['index']),
    // `open` and `review` are questions that the tool leaves to people: as long as nobody has answered, they weigh as unknown.
    level: kind === 'open' || kind === 'review' ? 'unknown' : levelOf(result['level']),
    score: objectOf(result['properties'])?.['security-severity'],
    message: message?.['text'] === undefined ? undefined : clean(message['text'], limits.message),
    messageId: textOf(message?.['id']),
    arguments: (listOf(message?.['arguments']) ?? []).slice(0, 20).map((each) => clean(each, 200)),
    uri: textOf(artifact?.['uri'])?.slice(0, 4096),
    base: textOf(artifact?.['uriBaseId'])?.slice(0, 200),
    artifact: numberOf(artifact?.['index']),
    line: numberOf(region?.['startLine']),
    column: numberOf(region?.['startColumn']),
    endLine: numberOf(region?.['endLine']),
    excused: isExcused(result['suppressions']),
  };
}

const levelOf = (value: Json | undefined): string | undefined => (value === undefined ? undefined : (textOf(value) ?? 'unknown'));

/** One suppression that is not accepted is enough for the result to count. */
function isExcused(value: Json | undefined): boolean {
  const suppressions = listOf(value) ?? [];
  return (
    suppressions.length > 0 &&
    suppressions.every((each) => {
      const { kind, status = 'accepted' } = objectOf(each) ?? {};
      return (kind === 'inSource' || kind === 'external') && status === 'accepted';
    })
  );
}
