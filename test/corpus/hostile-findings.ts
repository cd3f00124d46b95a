const result = { ruleId: 'R1', level: 'error', message: { text: 'Something is wrong.' } };
type Any = Readonly<Record<string, unknown>>;

const sarif = (results: unknown, more: Any = {}): string =>
  JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'evil' } }, results, ...more }] });
const whole = sarif([result]);
const trivy = (results: unknown, more: Any = {}): string => JSON.stringify({ SchemaVersion: 2, Results: results, ...more });
const target = { Target: 'a', Class: 'lang-pkgs' };
const issues = (report: Any): string => JSON.stringify({ Issues: null, Report: report });
const ignored = (text: string) => JSON.stringify([{ filePath: '/a.js', messages: [{ ruleId: null, severity: 1, message: text }] }]);
const hole = { VulnerabilityID: 'CVE-1', PkgName: 'a', InstalledVersion: '1', Severity: 'HIGH' };
const bandit = (more: Any): string => JSON.stringify({ errors: [], metrics: { 'a.py': {} }, results: [], ...more });
const utf16 = (text: string): Buffer => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);

export interface Hostile {
  readonly format: string;
  readonly bytes: Buffer | string;
  /** What it must come to; `never`: anything but a pass. */
  readonly comes: 'blocked' | 'not-checked' | 'never';
}

const one = (format: string, bytes: Buffer | string, comes: Hostile['comes'] = 'not-checked'): Hostile => ({ format, bytes, comes });

/** Reports that are damaged, or made by somebody who wants them to pass, to crash the reader, or to speak to the runner. */
export const hostileReports: Readonly<Record<string, Hostile>> = {
  'no byte': one('sarif', ''),
  'white space alone': one('sarif', ' \n\t\n'),
  null: one('sarif', 'null'),
  'a number': one('sarif', '42'),
  'a text': one('trivy', '"SchemaVersion"'),
  'an empty object': one('sarif', '{}'),
  'an empty list where an object belongs': one('trivy', '[]'),
  'an object where a list belongs': one('ruff', '{}'),
  'a list of nothing for ESLint': one('eslint', '[]'),
  'cut after the first byte': one('sarif', '{'),
  'cut in a word': one('sarif', whole.slice(0, whole.indexOf('error') + 3)),
  'cut in an escape': one('sarif', '{"version":"2.1.0\\u00'),
  'cut before the last brace': one('sarif', whole.slice(0, -1)),
  'cut between two results': one('sarif', `${sarif([result, result]).split('},{')[0]}}`),
  'something after the end': one('sarif', `${whole}x`),
  'two documents': one('sarif', sarif([]) + whole),
  'two documents on two lines': one('trivy', `${trivy([target])}\n${trivy([{ ...target, Vulnerabilities: [hole] }])}`),
  'words of the tool before the JSON': one('sarif', `Scanning…\n${sarif([])}`),
  'HTML of a proxy': one('sarif', '<!doctype html><title>502 Bad Gateway</title>'),
  'XML with entities': one('sarif', '<!DOCTYPE x [<!ENTITY a "&b;&b;"><!ENTITY b "lol">]><x>&a;</x>'),
  'single quotes': one('sarif', sarif([]).replaceAll('"', "'")),
  'a comma too many': one('sarif', sarif([]).replace('[]', '[],')),
  'a comma too many in a list': one('ruff', '[{"code":"F401","message":"m","filename":"a.py"},]'),
  'a comment': one('sarif', sarif([]).replace('{', '{/* all is well */')),
  'no comma between two keys': one('sarif', sarif([]).replace(',"runs"', '"runs"')),
  NaN: one('sarif', sarif([]).replace('"2.1.0"', 'NaN')),
  'a mismatched bracket': one('sarif', sarif([]).replace('[]', '[}')),
  'Latin-1': one('sarif', Buffer.from(sarif([{ ...result, message: { text: 'é' } }]), 'latin1')),
  'UTF-16 with a mark': one('sarif', utf16(sarif([]))),
  'UTF-16 without a mark': one('sarif', Buffer.from(sarif([]), 'utf16le')),
  'UTF-32': one('sarif', Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x7b])),
  'an overlong sequence': one('sarif', Buffer.concat([Buffer.from('{"version":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')])),
  'a lone surrogate in bytes': one('sarif', Buffer.concat([Buffer.from('"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"')])),
  'cut in a character': one('sarif', Buffer.from('"é').subarray(0, 2)),
  'a byte order mark before a whole report': one('sarif', `\ufeff${whole}`, 'blocked'),
  'a NUL in the middle': one('sarif', sarif([]).replace('evil', 'ev\u0000il')),
  gzip: one('sarif', Buffer.from('1f8b0800000000000003ab562a4b2d2acecccf53b2523252d233544a2b05000c8b6a6f14000000', 'hex')),
  'a hundred thousand brackets': one('sarif', '['.repeat(100_000)),
  'deep nesting in a place nobody reads': one(
    'sarif',
    sarif([], { properties: {} }).replace('"properties":{}', `"properties":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`),
  ),
  'deep nesting in a finding': one(
    'sarif',
    sarif([{ ...result, properties: {} }]).replace('"properties":{}', `"properties":${'['.repeat(500)}${']'.repeat(500)}`),
  ),
  'results twice, the second empty': one('sarif', whole.replace('}]}', '}],"results":[]}')),
  'runs twice, the second clean': one('sarif', whole.replace(/}$/, `,"runs":[{"tool":{"driver":{"name":"x"}},"results":[]}]}`)),
  'a level twice': one('sarif', whole.replace('"level":"error"', '"level":"error","level":"note"')),
  'Severity twice': one('trivy', trivy([{ ...target, Vulnerabilities: [hole] }]).replace('"HIGH"', '"HIGH","Severity":"LOW"')),
  'the same key in two spellings': one('sarif', whole.replace('"level":"error"', '"level":"error","\\u006cevel":"note"')),
  'errors twice': one('bandit', bandit({ errors: [{ filename: 'a.py', reason: 'r' }] }).replace('"metrics"', '"errors":[],"metrics"')),
  '__proto__ with results': one('sarif', '{"__proto__":{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[]}]}}'),
  '__proto__ in a finding': one(
    'sarif',
    whole.replace('"ruleId"', '"__proto__":{"level":"note","suppressions":[{"kind":"inSource"}]},"ruleId"'),
    'blocked',
  ),
  'constructor as a severity': one('trivy', trivy([{ ...target, Vulnerabilities: [{ ...hole, Severity: 'constructor' }] }]), 'blocked'),
  '__proto__ as a level': one('sarif', sarif([{ ...result, level: '__proto__' }]), 'blocked'),
  'hasOwnProperty as a severity of Bandit': one(
    'bandit',
    bandit({ results: [{ test_id: 'B1', issue_severity: 'hasOwnProperty', filename: 'a.py' }] }),
    'blocked',
  ),
  'another version of SARIF': one('sarif', whole.replace('2.1.0', '2.0.0')),
  'SARIF without runs': one('sarif', '{"version":"2.1.0","runs":[]}'),
  'a run without results': one('sarif', sarif(undefined)),
  'a run whose results are null': one('sarif', sarif(null)),
  'results that are an object': one('sarif', sarif({})),
  'a result that is a text': one('sarif', sarif(['fine'])),
  'a result that is null': one('sarif', sarif([null])),
  'a run that failed': one('sarif', sarif([], { invocations: [{ executionSuccessful: false }] })),
  'a run that failed in words': one('sarif', sarif([], { invocations: [{ executionSuccessful: 'false' }] })),
  'a run that could not read a file': one(
    'sarif',
    sarif([], { invocations: [{ executionSuccessful: true, toolExecutionNotifications: [{ level: 'error', message: { text: 'x' } }] }] }),
  ),
  'invocations that are an object': one('sarif', sarif([], { invocations: { executionSuccessful: false } })),
  'invocations that are a text': one('sarif', sarif([], { invocations: 'none' })),
  'an invocation that is a text': one('sarif', sarif([], { invocations: ['failed'] })),
  'notifications that are an object': one(
    'sarif',
    sarif([], { invocations: [{ executionSuccessful: true, toolExecutionNotifications: { level: 'error', message: { text: 'x' } } }] }),
  ),
  'notifications of the configuration that are an object': one(
    'sarif',
    sarif([], { invocations: [{ executionSuccessful: true, toolConfigurationNotifications: { level: 'error' } }] }),
  ),
  'a notification that is a text': one(
    'sarif',
    sarif([], { invocations: [{ executionSuccessful: true, toolExecutionNotifications: ['could not read a.py'] }] }),
  ),
  'a notification whose level is in capitals': one(
    'sarif',
    sarif([], { invocations: [{ executionSuccessful: true, toolExecutionNotifications: [{ level: 'ERROR' }] }] }),
  ),
  'an exit code without a word of success': one('sarif', sarif([], { invocations: [{ exitCode: 2 }] })),
  'an exit code that is a text': one('sarif', sarif([], { invocations: [{ exitCode: '2' }] })),
  'a signal without a word of success': one('sarif', sarif([], { invocations: [{ exitSignalName: 'SIGKILL' }] })),
  'a process that did not start': one(
    'sarif',
    sarif([], { invocations: [{ executionSuccessful: true, processStartFailureMessage: 'ENOENT' }] }),
  ),
  'results in another file': one('sarif', sarif([], { externalPropertyFileReferences: { results: [{ location: { uri: 'more.sarif' } }] } })),
  'invocations in another file': one(
    'sarif',
    sarif([], { externalPropertyFileReferences: { invocations: [{ location: { uri: 'more.sarif' } }] } }),
  ),
  'other files that are a list': one('sarif', sarif([], { externalPropertyFileReferences: [{ results: [] }] })),
  'results beside the runs': one(
    'sarif',
    sarif([]).replace('"runs"', `"inlineExternalProperties":[{"results":[${JSON.stringify(result)}]}],"runs"`),
  ),
  'a second run that failed': one(
    'sarif',
    JSON.stringify({ version: '2.1.0', runs: [JSON.parse(sarif([])).runs[0], { tool: { driver: { name: 'b' } } }] }),
  ),
  'a run whose tool has no name': one('sarif', '{"version":"2.1.0","runs":[{"tool":{"driver":{}},"results":[]}]}'),
  'a level that is a number': one('sarif', sarif([{ ...result, level: 0 }]), 'blocked'),
  'a level of none': one('sarif', sarif([{ ...result, level: 'none' }]), 'blocked'),
  'no level at all': one('sarif', sarif([{ ruleId: 'R1', message: { text: 'm' } }]), 'blocked'),
  'a kind that nobody knows': one('sarif', sarif([{ ...result, kind: 'PASS' }]), 'blocked'),
  'a question that is still open': one('sarif', sarif([{ ...result, level: 'note', kind: 'open' }]), 'blocked'),
  'a suppression that is only asked for': one(
    'sarif',
    sarif([{ ...result, suppressions: [{ kind: 'external', status: 'underReview' }] }]),
    'blocked',
  ),
  'a suppression that is a text': one('sarif', sarif([{ ...result, suppressions: ['inSource'] }]), 'blocked'),
  'a rule index that points nowhere': one('sarif', sarif([{ ...result, ruleIndex: 1e9 }]), 'blocked'),
  'a rule index below zero': one('sarif', sarif([{ ...result, ruleIndex: -1 }]), 'blocked'),
  'a score that is no number': one('sarif', sarif([{ ...result, properties: { 'security-severity': '0x0' } }]), 'blocked'),
  'a score below zero': one('sarif', sarif([{ ...result, properties: { 'security-severity': -10 } }]), 'blocked'),
  'a huge number': one(
    'sarif',
    sarif([{ ...result, locations: [{ physicalLocation: { artifactLocation: { uri: 'a' }, region: { startLine: 0 } } }] }]).replace(
      '"startLine":0',
      '"startLine":1e999',
    ),
    'blocked',
  ),
  'a path out of the repository': one(
    'sarif',
    sarif([{ ...result, locations: [{ physicalLocation: { artifactLocation: { uri: '..%2f..%2fetc%2fpasswd' } } }] }]),
    'blocked',
  ),
  'a base out of the repository': one(
    'sarif',
    sarif([{ ...result, locations: [{ physicalLocation: { artifactLocation: { uri: 'passwd', uriBaseId: 'B' } } }] }], {
      originalUriBaseIds: { B: { uri: 'file:///etc/' } },
    }),
    'blocked',
  ),
  'a bad escape in a path': one(
    'sarif',
    sarif([{ ...result, locations: [{ physicalLocation: { artifactLocation: { uri: '%zz' } } }] }]),
    'blocked',
  ),
  'escape sequences and commands of the runner': one(
    'sarif',
    sarif([{ ...result, ruleId: '::stop-commands::x', message: { text: '\u001b]0;x\u0007\u001b[2J\r\n::error::forged\u2028\u202e' } }]),
    'blocked',
  ),
  'a message of a megabyte': one('sarif', sarif([{ ...result, message: { text: 'x'.repeat(1_000_000) } }]), 'blocked'),
  'a value of nine megabytes': one('sarif', sarif([{ ...result, message: { text: 'x'.repeat(9_000_000) } }])),
  'more findings than can be judged': one(
    'ruff',
    `[${'{"code":"E1","message":"m","filename":"a.py"},'.repeat(50_000)}{"code":"E1","message":"m","filename":"a.py"}]`,
  ),
  'Trivy without a schema version': one('trivy', JSON.stringify({ Results: [target] })),
  'Trivy of another schema version': one('trivy', trivy([target], { SchemaVersion: 3 })),
  'Trivy without results': one('trivy', JSON.stringify({ SchemaVersion: 2 })),
  'Trivy with results that are a text': one('trivy', trivy('none')),
  'Trivy with vulnerabilities that are an object': one('trivy', trivy([{ ...target, Vulnerabilities: {} }])),
  'Trivy with a severity in small letters': one(
    'trivy',
    trivy([{ ...target, Vulnerabilities: [{ ...hole, Severity: 'low' }] }]),
    'blocked',
  ),
  'Trivy with a result of nothing': one('trivy', trivy([{}])),
  'Trivy with a target that is no text': one('trivy', trivy([{ ...target, Target: 1 }])),
  'Trivy with a target of no class': one('trivy', trivy([{ Target: 'a' }])),
  'Trivy with a target of an empty class': one('trivy', trivy([{ ...target, Class: '' }])),
  'Trivy with failures that are counted and not listed': one('trivy', trivy([{ ...target, MisconfSummary: { Successes: 1, Failures: 3 } }])),
  'Trivy with more failures than it lists': one(
    'trivy',
    trivy([{ ...target, MisconfSummary: { Failures: 2 }, Misconfigurations: [{ ID: 'DS001', Severity: 'LOW', Status: 'FAIL' }] }]),
  ),
  'Trivy with checks that were met for its failures': one(
    'trivy',
    trivy([{ ...target, MisconfSummary: { Failures: 1 }, Misconfigurations: [{ ID: 'DS001', Severity: 'LOW', Status: 'PASS' }] }]),
  ),
  'Trivy with failures that are a text': one('trivy', trivy([{ ...target, MisconfSummary: { Failures: '3' } }])),
  'Trivy with a summary that is a list': one('trivy', trivy([{ ...target, MisconfSummary: [3] }])),
  'Trivy with vulnerabilities in small letters': one('trivy', trivy([{ ...target, vulnerabilities: [hole] }])),
  'Trivy with misconfigurations in capitals': one('trivy', trivy([{ ...target, MISCONFIGURATIONS: [{}] }])),
  'Trivy with a summary in small letters': one('trivy', trivy([{ ...target, misconfSummary: { Failures: 1 } }])),
  'Bandit without errors': one('bandit', JSON.stringify({ metrics: { 'a.py': {} }, results: [] })),
  'Bandit without metrics': one('bandit', JSON.stringify({ errors: [], results: [] })),
  'Bandit with totals alone': one('bandit', bandit({ metrics: { _totals: {} } })),
  'ESLint with an entry without messages': one('eslint', '[{"filePath":"/a.js"}]'),
  'ESLint with a severity that is a text': one(
    'eslint',
    '[{"filePath":"a.js","messages":[{"ruleId":"x","severity":"1","message":"m"}]}]',
    'blocked',
  ),
  'ESLint with a file that a pattern ignores': one(
    'eslint',
    ignored('File ignored because of a matching ignore pattern. Use "--no-ignore" to disable file ignore settings.'),
  ),
  'ESLint with a file that no configuration is for': one('eslint', ignored('File ignored because no matching configuration was supplied.')),
  'ESLint with a file that an older one ignores': one('eslint', ignored('File ignored by default. Use a negated ignore pattern.')),
  'golangci-lint that ran out of time': one('golangci-lint', issues({ Warnings: [{ Tag: 'runner', Text: 'timeout exceeded: partial' }] })),
  'golangci-lint that ran out of time in other words': one('golangci-lint', issues({ Warnings: [{ Text: 'context deadline exceeded' }] })),
  'golangci-lint with warnings that are an object': one('golangci-lint', issues({ Warnings: { Text: "Can't run linter" } })),
  'golangci-lint with a warning that is a text': one('golangci-lint', issues({ Warnings: ["Can't run linter unused"] })),
  'golangci-lint with an error that is an object': one('golangci-lint', issues({ Error: { Text: 'x' } })),
  'golangci-lint without a report': one('golangci-lint', '{"Issues":null}'),
  'golangci-lint with issues that are a number': one('golangci-lint', '{"Issues":0,"Report":{}}'),
  'Black without its summary': one('black', 'All done!\n'),
  'Black with a summary that says something else': one('black', 'would reformat a.py\n2 files would be left unchanged.\n'),
  'mypy with a traceback': one('mypy', 'Traceback (most recent call last):\n'),
  'mypy with half a line': one('mypy', '{"file": "a.py", "severity": "note"'),
  'tsc with other words': one('tsc', 'sh: 1: tsc: not found\n'),
  'go vet with words': one('go-vet', 'go: cannot find main module\n'),
};
