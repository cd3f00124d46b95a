import { placeText } from '../../domain/gates/place.ts';
import { isBlocking, type Judged, type Verdict } from '../../domain/gates/verdict.ts';
import type { AnnotatedLines } from '../../ports/log.ts';

export interface Annotation {
  readonly level: 'notice' | 'warning' | 'error';
  readonly title: string;
  readonly text: string;
  readonly at?: AnnotatedLines;
}

/** What GitHub shows of one step: ten of each level. The tenth error is the gate's own, which says what came of it. */
const most = { error: 9, warning: 10, notice: 10 } as const;

/** One annotation for each finding that blocks or nearly does, the worst first, as many as the platform shows. The summary has the rest. */
export function annotationsOf({ judged }: Verdict): readonly Annotation[] {
  const left: Record<Annotation['level'], number> = { ...most };
  return judged.flatMap((each) => {
    const level = levelOf(each);
    if (level === undefined || left[level] === 0) return [];
    left[level] -= 1;
    return [annotationOf(each, level)];
  });
}

/** What somebody has settled (suppressed, known, unchanged) is nobody's news. */
function levelOf(judged: Judged): Annotation['level'] | undefined {
  if (isBlocking(judged)) return 'error';
  if (judged.standing.is !== 'below' && judged.standing.is !== 'unfixed') return undefined;
  return judged.finding.severity === 'low' || judged.finding.severity === 'info' ? 'notice' : 'warning';
}

function annotationOf({ tool, finding, standing }: Judged, level: Annotation['level']): Annotation {
  const { place, rule, message, dependency } = finding;
  const expired = standing.is === 'expired' ? ` (the suppression by ${standing.by.owner} has expired)` : '';
  const where = place.in === 'elsewhere' ? ` [${placeText(place)}]` : '';
  return {
    level,
    title: dependency === undefined ? `${tool}: ${rule}` : `${tool}: ${rule} in ${dependency.name}`,
    text: `${message || rule}${where}${expired}`,
    ...(place.in === 'file' ? { at: { file: place.path, line: place.line, endLine: place.endLine } } : {}),
  };
}
