export interface SourceLocation {
  readonly path: string;
  readonly line: number;
}

const mostLocations = 50;
// tests/test_a.py:5: AssertionError · at Object.<anonymous> (/w/a.test.js:5:17) · File "a.py", line 5 · a_test.go:9: · at Foo.bar(FooTest.java:12)
const place = /(?:File "([^"\n]{1,300})", line (\d{1,7}))|(?:([^\s:()"'<>]{1,300}\.[A-Za-z]{1,5}):(\d{1,7})(?![\d.]))/g;

/** Places that a failure's text names, in their order. Foreign: each is only a guess until such a file was found in the workspace. */
export function sourceLocations(text: string): readonly SourceLocation[] {
  const found: SourceLocation[] = [];
  for (const [, python, pythonLine, plain, plainLine] of text.matchAll(place)) {
    const path = python ?? plain;
    const line = Number(pythonLine ?? plainLine);
    if (path !== undefined && line > 0) found.push({ path, line });
    if (found.length === mostLocations) break;
  }
  return found;
}
