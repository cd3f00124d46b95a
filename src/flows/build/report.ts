import { runningDigest } from '../../domain/build/stored-image.ts';
import type { Failure } from '../../failure.ts';
import type { Report } from '../flow.ts';
import { code, inert, table } from '../markdown.ts';
import type { BuildResult } from './execute.ts';
import type { BuildPlan } from './inputs.ts';

export const buildOutputNames = ['outcome', 'reason', 'image', 'digest', 'index', 'tags', 'metadata', 'key', 'report'] as const;

const nothing = { image: '', digest: '', index: '', tags: '', metadata: '', key: '' };
const schema = 'wf-deploy/build-report/v1';
/** An output is at most 1 MB, all of them together too. */
const longestMetadata = 500_000;

export function reportBuild(plan: BuildPlan, result: BuildResult): Report {
  const { image, outcome, notes, key, commit, seconds, metadata } = result;
  const tags = result.tags.map((tag) => `${plan.name}:${tag}`);
  const digest = image === undefined ? '' : runningDigest(image);
  const reference = digest === '' ? '' : `${plan.name}@${digest}`;
  return {
    succeeded: true,
    outputs: {
      outcome,
      reason: '',
      image: reference,
      digest,
      index: image === undefined || image.digest === digest ? '' : image.digest,
      tags: tags.join('\n'),
      metadata: metadata.length > longestMetadata ? '' : metadata,
      key: key ?? '',
    },
    summary: [
      `## ✅ build: ${outcome}`,
      '',
      ...sentences(outcome, reference, commit, seconds),
      ...notes.flatMap((note) => [inert(note), '']),
      ...(image === undefined
        ? []
        : [
            table(
              ['', ''],
              [
                ['image', code(reference)],
                ...(image.digest === digest ? [] : [['index, with what attests to it', code(image.digest)]]),
                ['tags', tags.map(code).join('<br>')],
                [
                  'platforms',
                  image.runnable
                    .map(({ platform, digest: of }) => `${platform === '' ? 'the builder’s' : inert(platform)} ${code(of)}`)
                    .join('<br>'),
                ],
                ['attestations', String(image.attestations)],
              ],
            ),
            '',
          ]),
    ].join('\n'),
    file: { schema, outcome, image: reference, digest, stored: image ?? null, tags, key: key ?? null, commit, seconds, notes },
    annotation: undefined,
  };
}

function sentences(outcome: BuildResult['outcome'], reference: string, commit: string, seconds: number): readonly string[] {
  const short = code(commit.slice(0, 12));
  if (outcome === 'reused')
    return [
      `Nothing was built: the registry has ${code(reference)} from an earlier build of the same tree with the same inputs. Commit ${short} gets the same bytes.`,
      '',
    ];
  return [`Built from commit ${short} in ${seconds.toFixed(1)} s.`, ''];
}

/** The report when there is no image. */
export function refusedBuild(failure: Failure): Report {
  const outcome = failure.code === 'INPUT_INVALID' ? 'not-started' : 'failed';
  const reason = failure.what.split('\n')[0] ?? '';
  return {
    succeeded: false,
    outputs: { ...nothing, outcome, reason },
    summary: `## ⛔ build: ${outcome}\n\n**${failure.code}** ${inert(failure.what)}\n\n${inert(failure.remedy)}\n`,
    file: { schema, outcome, code: failure.code, what: failure.what, remedy: failure.remedy },
    annotation: { level: 'error', title: failure.code, text: failure.message },
  };
}

/** The report of a `post` step that could not remove credentials. */
export const unconfirmedBuild = (failure: Failure): Report => refusedBuild(failure);
