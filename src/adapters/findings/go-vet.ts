import { clean, limits, listOf, needObject, numberOf, objectOf, textOf } from './fields.ts';
import { type Json, readJson } from './json.ts';
import { placeIn } from './place-of.ts';
import { Collected, type ReadContext, type ReadReport, type ReportReader } from './reader.ts';
import { Unreadable } from './unreadable.ts';
import { utf8Lines } from './utf8.ts';

/**
 * `go vet -json ./...`: a JSON object for each package, clean ones too, one after the other; some versions put comment lines that begin with
 * `#` between them.
 */
export const goVet: ReportReader = {
  standsAlone: false,
  async read(bytes, context) {
    const collected = new Collected();
    let failed: ReadReport['failed'];
    let open: string[] | undefined;
    let objects = 0;
    for await (const line of utf8Lines(orNothing(bytes))) {
      if (line === '{}') objects += 1;
      if (open === undefined && (line === '' || line.startsWith('#') || line === '{}')) continue;
      if (open === undefined && line !== '{')
        throw new Unreadable(`has a line that is no JSON: ${clean(line, 200)}`, 'Make the packages compile.');
      open = [...(open ?? []), line];
      if (line !== '}') continue;
      failed ??= packages(await readJson(one(open.join('\n')), { items: [] }, () => undefined), collected, context);
      open = undefined;
      objects += 1;
    }
    if (objects === 0) throw new Unreadable('names no package, so go vet looked at none', 'Make the packages compile, or correct `paths`.');
    if (open !== undefined) throw new Unreadable('is cut off: its JSON has no end', 'Run it again.');
    return [{ tool: 'go-vet', findings: collected.findings, notes: [], ...(failed === undefined ? {} : { failed }) }];
  },
};

function packages(document: Json, collected: Collected, context: ReadContext): ReadReport['failed'] {
  for (const analyses of Object.values(needObject(document, 'object of packages')))
    for (const [analyser, found] of Object.entries(needObject(analyses, 'object of analysers'))) {
      const list = listOf(found);
      if (list === undefined)
        return {
          why: `go vet could not run ${clean(analyser, 100)}: ${clean(objectOf(found)?.['error'], 300)}`,
          remedy: 'Make the packages compile.',
        };
      for (const each of list) collected.add(finding(analyser, needObject(each, 'finding'), context));
    }
  return undefined;
}

function finding(analyser: string, diagnostic: ReturnType<typeof needObject>, context: ReadContext) {
  const [, path = '', line, column] = /^(.*?)(?::(\d+))?(?::(\d+))?$/.exec(textOf(diagnostic['posn']) ?? '') ?? [];
  return {
    rule: clean(analyser, limits.rule),
    severity: 'high',
    message: clean(diagnostic['message'], limits.message),
    place: placeIn(context, path, { line: numberOf(Number(line)), column: numberOf(Number(column)) }),
  } as const;
}

async function* one(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function* orNothing(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* bytes;
  yield Buffer.from('\n');
}
