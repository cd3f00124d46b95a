import { count } from '../units/count.ts';
import { shortCommit } from './commit.ts';
import { type FoundDeployments, type ImageQuestion, isOtherBuild, type RecordedDeployment } from './deployment.ts';

export type StagingVerdict =
  /** `by`: the digest itself, or another build of the same source tree with the same inputs. */
  | { readonly is: 'passed'; readonly by: 'digest' | 'tree'; readonly deployment: RecordedDeployment; readonly text: string }
  | { readonly is: 'missing'; readonly text: string };

export interface StagingQuestion extends ImageQuestion {
  readonly environment: string;
}

/**
 * Whether an image passed an environment. The last ending that says something about it counts: what passed once and failed since has not
 * passed; a deployment that was cancelled says nothing.
 */
export function stagingVerdict(question: StagingQuestion, { found, ofLast }: FoundDeployments): StagingVerdict {
  const { environment, digest, tree } = question;
  const telling = found.filter(({ state }) => state === 'success' || state === 'failure');
  const own = digest === undefined ? undefined : telling.find((each) => each.digest === digest);
  const last = own ?? telling.find((each) => isOtherBuild(question, each));
  if (last === undefined) {
    const cancelled = found.length === 0 ? '' : ` (${count(found.length, 'deployment')} did not come to an end)`;
    const looked = ofLast === undefined ? '' : ` of the last ${ofLast} of the service`;
    return { is: 'missing', text: `No deployment of ${subject(digest, tree)} into ${environment}${looked} has succeeded${cancelled}.` };
  }
  const where = `${environment}, ${last.at === '' ? `deployment ${last.id}` : last.at}`;
  if (last.state === 'failure') return { is: 'missing', text: `The last deployment of ${subject(digest, tree)} failed (${where}).` };
  return own === undefined
    ? {
        is: 'passed',
        by: 'tree',
        deployment: last,
        text: `Another build of the same source tree ${shortCommit(last.tree ?? '')} passed: ${last.digest} (${where}).`,
      }
    : { is: 'passed', by: 'digest', deployment: last, text: `This digest passed (${where}).` };
}

const subject = (digest: string | undefined, tree: string | undefined): string =>
  [digest, tree === undefined ? undefined : `the source tree ${shortCommit(tree)}`].filter((part) => part !== undefined).join(' or of ') ||
  'this image';
