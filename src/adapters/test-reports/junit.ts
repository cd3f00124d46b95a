import { type BrokenTest, mostBroken, type TestCounts, type TestReport } from '../../domain/gates/tests.ts';
import { linesShown, shown } from '../../domain/units/shown.ts';
import type { SourceFiles } from './source-files.ts';
import type { Bytes } from './text-stream.ts';
import { UnreadableReport } from './unreadable.ts';
import { wholeNumber } from './whole-number.ts';
import { type Attributes, readXml } from './xml.ts';

/** What one element `failure` or `error` says. */
interface Trouble {
  readonly kind: BrokenTest['kind'];
  readonly message: string;
  text: string;
}

interface Case {
  readonly attributes: Attributes;
  readonly suite: string;
  readonly troubles: Trouble[];
  skipped: boolean;
  flaky: boolean;
}

interface Suite {
  readonly name: string;
  /** Failures and errors, as its attributes count them. */
  readonly declared: number;
  /** The same as found in it, suites inside included. */
  described: number;
}

const longestDetails = 4000;
const notRun = /^(?:notrun|disabled|skipped|suppressed|ignored|pending)$/i;
const notGood = /^(?:fail|failed|failure|error|errored|broken)$/i;

/**
 * The report that most test tools write and none specifies. Cases are counted, at any depth of suites, and attributes of suites only
 * believed where they tell of more failures than the cases do. A `flakyFailure` passed in the end, a `rerunFailure` belongs to a failure.
 */
export async function readJunit(bytes: Bytes, sources: SourceFiles): Promise<TestReport> {
  const counts: { -readonly [Name in keyof TestCounts]: number } = {
    ...{ passed: 0, failed: 0, errored: 0, skipped: 0, flaky: 0, undescribed: 0, seconds: 0 },
  };
  const broken: BrokenTest[] = [];
  const suites: Suite[] = [];
  let current: Case | undefined;
  let trouble: Trouble | undefined;

  const endCase = (ended: Case): void => {
    const { attributes, troubles } = ended;
    counts.seconds += seconds(attributes['time']);
    if (troubles.length === 0 && [attributes['status'], attributes['result']].some((word) => notGood.test(word ?? '')))
      troubles.push({ kind: 'failure', message: 'The report says no more than that it failed.', text: '' });
    const [first] = troubles;
    if (first !== undefined) {
      counts[troubles.some(({ kind }) => kind === 'failure') ? 'failed' : 'errored'] += 1;
      for (const suite of suites) suite.described += troubles.length;
      if (broken.length < mostBroken) broken.push(brokenTest(ended, first, sources));
    } else if (ended.skipped || notRun.test(attributes['status'] ?? '') || notRun.test(attributes['result'] ?? '')) counts.skipped += 1;
    else {
      counts.passed += 1;
      if (ended.flaky) counts.flaky += 1;
    }
  };

  const openSuite = (attributes: Attributes): void => {
    const declared = (wholeNumber(attributes['failures']) ?? 0) + (wholeNumber(attributes['errors']) ?? 0);
    suites.push({ name: attributes['name'] ?? '', declared, described: 0 });
  };
  const endSuite = (): void => {
    const suite = suites.pop();
    const missing = suite === undefined ? 0 : Math.max(0, suite.declared - suite.described);
    counts.undescribed += missing;
    // The suites around it count these too, and are not to count them again.
    for (const outer of suites) outer.described += missing;
  };

  const openInSuite = (name: string, attributes: Attributes, path: readonly string[]): void => {
    const suite = suites.at(-1)?.name ?? '';
    if (name === 'testsuite' || name === 'testsuites') openSuite(attributes);
    else if (name === 'testcase') {
      const strange = path.slice(0, -1).find((outer) => outer !== 'testsuite' && outer !== 'testsuites');
      if (strange !== undefined) throw notJunit(`a testcase stands in an element ${strange}`);
      current = { attributes, suite, troubles: [], skipped: false, flaky: false };
    } else if (name === 'failure' || name === 'error') {
      // A suite that could not be set up: an error without a case.
      current = { attributes: { name: suite }, suite, troubles: [], skipped: false, flaky: false };
      openInCase(current, name, attributes);
    }
  };
  const openInCase = (within: Case, name: string, attributes: Attributes): void => {
    const kind = name.toLowerCase();
    if (/^test(?:case|suites?)$/.test(kind)) throw notJunit(`a ${kind} stands in a testcase`);
    if (kind === 'failure' || kind === 'error') {
      trouble = { kind, message: attributes['message'] || attributes['type'] || '', text: '' };
      within.troubles.push(trouble);
    } else if (kind === 'skipped') within.skipped = true;
    else if (kind === 'flakyfailure' || kind === 'flakyerror') within.flaky = true;
  };

  await readXml(bytes, {
    open: (name, attributes, path) => {
      if (path.length === 1 && name !== 'testsuites' && name !== 'testsuite') throw notJunit(`its root element is ${name}`);
      if (current === undefined) openInSuite(name, attributes, path);
      else openInCase(current, name, attributes);
    },
    close: (name, path) => {
      const kind = name.toLowerCase();
      if (kind === 'failure' || kind === 'error') {
        trouble = undefined;
        if (path.at(-2) !== 'testsuite' && path.at(-2) !== 'testsuites') return;
      }
      if (current !== undefined && (name === 'testcase' || kind === 'failure' || kind === 'error')) {
        endCase(current);
        current = undefined;
      } else if (name === 'testsuite' || name === 'testsuites') endSuite();
    },
    wantsText: () => trouble !== undefined && trouble.text.length < longestDetails,
    text: (text) => {
      if (trouble !== undefined) trouble.text += text.slice(0, longestDetails);
    },
  });
  return { counts, broken };
}

function brokenTest({ attributes, suite }: Case, { kind, message, text }: Trouble, sources: SourceFiles): BrokenTest {
  const details = linesShown(text, longestDetails);
  const named = { path: attributes['file'] ?? '', line: wholeNumber(attributes['line']) ?? 0 };
  return {
    kind,
    suite: shown(attributes['classname'] || suite, 200),
    name: shown(attributes['name'] ?? '', 300),
    message: shown(linesShown(message || text.trimStart().split('\n', 1)[0] || '', 1000), 500),
    details,
    at: sources.place(named, details),
  };
}

/** `0.003`, and `1,234.5` as some tools write it. */
function seconds(time: string | undefined): number {
  const value = Number((time ?? '').replaceAll(',', ''));
  return Number.isFinite(value) && value > 0 ? value : 0;
}

const notJunit = (problem: string): UnreadableReport =>
  new UnreadableReport(`it is not JUnit XML: ${problem}`, 'Let the test tool write JUnit XML, and name that file in `junit`.');
