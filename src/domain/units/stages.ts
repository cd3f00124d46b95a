import { durationText, parseDuration, type Seconds } from './duration.ts';
import { type Parsed, parsed, refused } from './parsed.ts';
import { shown } from './shown.ts';

/** One step of the canary's ladder: the share of the traffic it gets, and for how long it is observed there at least. */
export interface Stage {
  /** Whole percent, 0 to 100. */
  readonly weight: number;
  readonly holdSeconds: Seconds;
  /** Afterwards a person decides how it goes on. */
  readonly pause?: true;
}

const most = 50;
const remedy =
  'Write growing weights in whole percent, each with its time, such as `5@10m 25@15m 50@20m 100@5m`; `25@pause` or `25@15m+pause` waits for a person.';

/** `5@10m 25@15m+pause 50@pause 100@5m`, separated by spaces or commas. */
export function parseStages(text: string): Parsed<readonly Stage[]> {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0) return refused('has no stage', remedy);
  if (words.length > most)
    return refused(`has ${words.length} stages, more than ${most}; the first one too many is \`${shown(words[most] ?? '')}\``, remedy);
  const stages: Stage[] = [];
  for (const word of words) {
    const stage = parseStage(word);
    if (!stage.ok) return stage;
    const last = stages.at(-1);
    if (last?.weight === stage.value.weight)
      return refused(`has the weight ${last.weight} twice: stage \`${word}\` follows \`${stageText(last)}\``, remedy);
    if (last !== undefined && stage.value.weight < last.weight)
      return refused(`goes down: stage \`${word}\` follows \`${stageText(last)}\``, remedy);
    stages.push(stage.value);
  }
  return parsed(stages);
}

function parseStage(word: string): Parsed<Stage> {
  const [weight = '', hold, ...rest] = word.split('@');
  const named = `stage \`${shown(word)}\``;
  if (hold === undefined || rest.length > 0) return refused(`has a ${named} that is not weight@time`, remedy);
  if (!/^\d{1,9}$/.test(weight)) return refused(`has a ${named} whose weight is not a whole number`, remedy);
  if (Number(weight) > 100) return refused(`has a ${named} with more than 100 percent`, remedy);
  const [, time = '', pause] = /^(.*?)(?:(?:^|\+)(pause))?$/.exec(hold) ?? [];
  const seconds = parseDuration(pause !== undefined && time === '' ? '0s' : time);
  if (!seconds.ok) return refused(`has a ${named} whose time ${seconds.problem}`, seconds.remedy);
  return parsed({ weight: Number(weight), holdSeconds: seconds.value, ...(pause === undefined ? {} : { pause: true }) });
}

export const stageText = ({ weight, holdSeconds, pause }: Stage): string =>
  `${weight}@${pause === undefined ? durationText(holdSeconds) : holdSeconds === 0 ? 'pause' : `${durationText(holdSeconds)}+pause`}`;
