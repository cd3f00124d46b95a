import { Buffer } from 'node:buffer';

/** What a damaged run, a broken tool or somebody with bad intent can leave where a report is expected. None of these may ever pass. */

const suite = (inside: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><testsuites><testsuite name="s">${inside}</testsuite></testsuites>`;
const pass = '<testcase name="a" classname="b" time="1"/>';
const laughs = Array.from({ length: 9 }, (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`).join('');

export const hostileTests: Readonly<Record<string, string | Uint8Array>> = {
  empty: '',
  'white space': ' \n\n\t',
  'no XML': 'Killed\n',
  'a page of a proxy': '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body></body></html>',
  'another root': '<coverage line-rate="1"/>',
  'results of another dialect': '<test-results total="3" failures="0"><test-case name="a" result="Success"/></test-results>',
  'a billion laughs': `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY l0 "lol">${laughs}]>${`<testsuites><testsuite name="&l9;">${pass}</testsuite></testsuites>`}`,
  'an external entity': `<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuites><testsuite>${pass}<system-out>&x;</system-out></testsuite></testsuites>`,
  'a parameter entity': `<!DOCTYPE t [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;]><testsuites>${pass}</testsuites>`,
  'an entity that nobody declared': suite(`${pass}<system-out>&nbsp;</system-out>`),
  'UTF-16 with its mark': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(suite(pass), 'utf16le')]),
  'UTF-16 without its mark': Buffer.from(suite(pass), 'utf16le'),
  'Latin-1 bytes': Buffer.from(suite(`<testcase name="é"/>${pass}`), 'latin1'),
  'a declared encoding that hides elements': `<?xml version="1.0" encoding="UTF-7"?><testsuites><testsuite>${pass}+ADw-failure/+AD4-</testsuite></testsuites>`,
  'a byte that is no character': suite(`<testcase name="a\u0007"/>${pass}`),
  'an escape sequence that is no character': suite(`<testcase name="a"><system-out>\u001b[2J</system-out></testcase>`),
  'a reference to no character': suite(`<testcase name="&#0;"/>`),
  'nested without end': '<testsuite>'.repeat(200_000),
  'nested deep, and closed': `${'<testsuite>'.repeat(5000)}${pass}${'</testsuite>'.repeat(5000)}`,
  'elements that cross': '<testsuites><testsuite><testcase></testsuite></testcase></testsuites>',
  'two documents': `${suite(pass)}${suite(pass)}`,
  'text behind the end': `${suite(pass)}\n::error::x`,
  'an attribute twice': suite('<testcase name="a" name="b"/>'),
  'a testcase in a testcase': suite('<testcase name="a"><testcase name="b"/></testcase>'),
  'a testcase in what was printed': suite('<system-out><testcase name="a"/></system-out>'),
  'a suite in a testcase': suite('<testcase name="a"><testsuites/></testcase>'),
  'no case but counted ones': '<testsuites tests="12" failures="0"><testsuite tests="12" failures="0" errors="0"/></testsuites>',
  'failures that are only counted': `<testsuites failures="2">${pass}</testsuites>`,
  'errors that are only counted, in one suite of two': `<testsuites><testsuite errors="1">${pass}</testsuite><testsuite errors="0">${pass}</testsuite></testsuites>`,
  'a failure in capitals': suite('<testcase name="a"><Failure message="x"/></testcase>'),
  'a failure one level down': suite('<testcase name="a"><result><failure message="x"/></result></testcase>'),
  'a status instead of a failure': suite('<testcase name="a" status="failed"/>'),
  'a suite that could not be set up': suite(`${pass}<error message="no database"/>`),
  'cases that were not run': suite('<testcase name="a" status="notrun"/><testcase name="b" result="suppressed"/>'),
  'cases of a foreign namespace': '<testsuites xmlns:x="urn:x"><x:testcase name="a"/></testsuites>',
};

const cobertura = (classes: string): string =>
  `<?xml version="1.0"?><coverage line-rate="1" lines-valid="10" lines-covered="10"><packages><package><classes>${classes}</classes></package></packages></coverage>`;
const laughing = `<!DOCTYPE c [<!ENTITY l0 "lol">${laughs}]><coverage line-rate="1"><packages><package name="&l9;"/></packages></coverage>`;

export const hostileCoverage: Readonly<Record<string, string | Uint8Array>> = {
  empty: '',
  'no format': 'TOTAL 100%\n',
  'JSON of another tool': '{"totals":{"percent_covered":100}}',
  'Cobertura without a line, and a rate of 1': cobertura(''),
  'Cobertura with hits that are no number': cobertura('<class filename="a.py"><lines><line number="1" hits="many"/></lines></class>'),
  'Cobertura with half a hit': cobertura('<class filename="a.py"><lines><line number="1" hits="0.5"/></lines></class>'),
  'Cobertura with a line of no file': cobertura('<lines><line number="1" hits="1"/></lines>'),
  'Cobertura with a class of no file': cobertura('<class><lines><line number="1" hits="1"/></lines></class>'),
  'Cobertura that laughs': laughing,
  'Cobertura that was cut': cobertura('<class filename="a.py"><lines><line number="1" hits="1"/></lines></class>').slice(0, -4),
  'Clover, which has the same root':
    '<coverage generated="1" clover="3.2.0"><project><metrics statements="1" coveredstatements="1"/></project></coverage>',
  'LCOV without lines, and sums that say all': 'TN:\nSF:a.js\nLF:10\nLH:10\nend_of_record\n',
  'LCOV that was cut before its end of record': 'TN:\nSF:a.js\nDA:1,1\n',
  'LCOV that was cut in a number': 'TN:\nSF:a.js\nDA:1,1\nDA:2,1',
  'LCOV with hits that are no number': 'SF:a.js\nDA:1,x\nend_of_record\n',
  'LCOV with a line of no file': 'TN:\nDA:1,1\nend_of_record\n',
  'LCOV with a record that nobody knows': 'SF:a.js\nDA:1,1\nXX:1\nend_of_record\n',
  'a Go profile without blocks': 'mode: set\n',
  'a Go profile that was cut in a block': 'mode: set\nexample.com/a/a.go:1.1,2.2 1 1\nexample.com/a/a.go:3.1,4.2 1 1',
  'a Go profile with a block of nothing': 'mode: set\nexample.com/a/a.go:1.1,2.2 0 1\n',
  'a Go profile with a bad block': 'mode: set\nexample.com/a/a.go:1.1,2.2 1 -1\n',
  'UTF-16': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('TN:\nSF:a.js\nDA:1,1\nend_of_record\n', 'utf16le')]),
  'a line without end': `SF:${'a'.repeat(200_000)}\nDA:1,1\nend_of_record\n`,
};
