import { expect, it } from '@jest/globals';
import type { Verdict } from '../../../src/domain/gates/verdict.ts';
import { Failure } from '../../../src/failure.ts';
import { upload } from '../../../src/flows/gate/code-scanning.ts';
import type { GateWorld } from '../../../src/ports/worlds/gate.ts';
import { gatePlan } from './gate-plan.ts';

const place = { in: 'file', path: 'a.py', line: 1 } as const;
const verdict: Verdict = {
  outcome: 'blocked',
  judged: ['bandit', 'trivy'].map((tool) => ({
    tool,
    standing: { is: 'blocks' },
    finding: { rule: 'R', severity: 'high', message: 'm', place },
  })),
  unchecked: [],
  idle: [],
  fixed: 0,
  notes: [],
};

function gate({ closed, failure }: { readonly closed?: string; readonly failure?: Failure } = {}) {
  // biome-ignore lint/suspicious/noExplicitAny: a document of SARIF.
  const sent: any[] = [];
  const annotated: string[] = [];
  const world = {
    digest: { sha256: (text: string) => text },
    findings: { keep: (name: string) => Promise.resolve(`/tmp/${name}`) },
    log: { line: () => undefined, annotate: (level: string, title: string) => annotated.push(`${level} ${title}`) },
    codeScanning: {
      closed,
      upload: (sarif: unknown) => {
        sent.push(sarif);
        return failure === undefined ? Promise.resolve() : Promise.reject(failure);
      },
    },
  } as unknown as GateWorld;
  return { world, sent, annotated };
}
const forbidden = new Failure('FORGE_FORBIDDEN', 'GitHub answered 403.', 'Give `security-events: write`.');

it('uploads what the tools that answered have found', async () => {
  const { world, sent } = gate();
  expect(await upload(gatePlan({ upload: 'auto' }), verdict, ['bandit'], world)).toEqual({
    path: '/tmp/findings.sarif',
    is: 'uploaded',
    said: ['1 findings were uploaded to code scanning.'],
  });
  expect(sent[0].runs.map((run: { tool: { driver: { name: string } } }) => run.tool.driver.name)).toEqual(['bandit']);
});

it.each([
  ['auto', []],
  ['always', ['warning Not uploaded to code scanning']],
] as const)('where it is not permitted, `%s` leaves the file and says so', async (mode, annotations) => {
  const { world, annotated } = gate({ failure: forbidden });
  const uploaded = await upload(gatePlan({ upload: mode }), verdict, ['bandit'], world);
  expect(uploaded).toMatchObject({
    is: 'not-uploaded',
    path: '/tmp/findings.sarif',
    said: [expect.stringMatching(/GitHub answered 403.*output sarif.*artifact/)],
  });
  expect(annotated).toEqual(annotations);
});

it('nothing is sent where it is closed, and the file is there', async () => {
  const { world, sent } = gate({ closed: 'no `github-token` is given' });
  expect(await upload(gatePlan({ upload: 'auto' }), verdict, ['bandit'], world)).toMatchObject({
    is: 'not-uploaded',
    said: [expect.stringContaining('no `github-token`')],
  });
  expect(sent).toEqual([]);
});

it('nothing is sent when no tool gave an answer: it would look as if all were mended', async () => {
  const { world, sent } = gate();
  expect(await upload(gatePlan({ upload: 'auto' }), verdict, [], world)).toMatchObject({ is: 'not-uploaded' });
  expect(sent).toEqual([]);
});

it('nobody asked', async () => expect(await upload(gatePlan(), verdict, ['bandit'], gate().world)).toBeUndefined());
