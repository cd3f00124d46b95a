import { type Parsed, parsed, refused } from '../units/parsed.ts';
import { shown } from '../units/shown.ts';

/** What became of a job that is a gate, in the words of GitHub. */
const results = ['success', 'failure', 'cancelled', 'skipped'] as const;
type GateResult = (typeof results)[number];

export interface PipelineGate {
  readonly name: string;
  readonly result: GateResult;
}

/** Why a gate may have been skipped, by its name. */
export type AllowedSkips = Readonly<Record<string, string>>;

/** A gate behind this run: passed, or left out with a reason that somebody gave. */
export interface JudgedGate {
  readonly name: string;
  readonly result: 'success' | 'skipped';
  /** `null`: it passed. */
  readonly reason: string | null;
}

export type GatesVerdict =
  | { readonly is: 'open'; readonly gates: readonly JudgedGate[] }
  | { readonly is: 'closed'; readonly text: string; readonly remedy: string };

const most = 50;
const name = /^[A-Za-z_][\w-]{0,99}$/;
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `toJSON(needs)`, or one `gate: result` a line. None at all is refused: it would let everything pass. */
export function parsePipelineGates(value: unknown): Parsed<readonly PipelineGate[]> {
  const form = 'Write one `gate: result` a line, or give `toJSON(needs)` of the job.';
  if (!isRecord(value)) return refused('is not a list of gates with their results', form);
  const entries = Object.entries(value);
  if (entries.length === 0 || entries.length > most)
    return refused(`names ${entries.length} gates`, `From 1 to ${most} are judged. ${form}`);
  const gates: PipelineGate[] = [];
  for (const [gate, given] of entries) {
    if (!name.test(gate)) return refused(`names a gate \`${shown(gate, 40)}\`, which no job can be called`, form);
    const said = isRecord(given) ? given['result'] : given;
    const result = results.find((each) => each === said);
    if (result === undefined)
      return refused(`does not say what became of \`${gate}\``, `It is one of ${results.map((each) => `\`${each}\``).join(', ')}. ${form}`);
    gates.push({ name: gate, result });
  }
  return parsed(gates);
}

/** One `gate: reason` a line. */
export function parseAllowedSkips(value: unknown): Parsed<AllowedSkips> {
  const form = 'Write one `gate: why it may be skipped` a line.';
  if (!isRecord(value)) return refused('is not a list of gates with reasons', form);
  const skips: Record<string, string> = {};
  for (const [gate, reason] of Object.entries(value)) {
    if (!name.test(gate)) return refused(`names a gate \`${shown(gate, 40)}\`, which no job can be called`, form);
    if (typeof reason !== 'string' || reason.trim() === '') return refused(`gives no reason for \`${gate}\``, form);
    if (reason.length > 300 || /\p{Cc}/u.test(reason.trim()))
      return refused(`gives a reason for \`${gate}\` that is not one line of at most 300 characters`, form);
    skips[gate] = reason.trim();
  }
  return parsed(skips);
}

/**
 * Whether what comes after the gates may begin. A gate that failed or was cancelled has said no, and nobody can excuse it; one that was skipped has
 * said nothing, and passes only by a reason.
 */
export function judgeGates(gates: readonly PipelineGate[], allowed: AllowedSkips): GatesVerdict {
  const quoted = (some: readonly PipelineGate[]): string => some.map((gate) => `\`${gate.name}\``).join(', ');
  const broken = gates.filter(({ result }) => result === 'failure' || result === 'cancelled');
  const silent = gates.filter((gate) => gate.result === 'skipped' && !Object.hasOwn(allowed, gate.name));
  if (broken.length === 0 && silent.length === 0)
    return {
      is: 'open',
      gates: gates.map((gate) =>
        gate.result === 'skipped'
          ? { name: gate.name, result: 'skipped', reason: allowed[gate.name] ?? null }
          : { name: gate.name, result: 'success', reason: null },
      ),
    };
  return {
    is: 'closed',
    text: [
      ...(broken.length === 0 ? [] : [`Gates that did not pass: ${broken.map((gate) => `\`${gate.name}\` (${gate.result})`).join(', ')}.`]),
      ...(silent.length === 0 ? [] : [`Gates that were skipped: ${quoted(silent)}.`]),
    ].join(' '),
    remedy: [
      ...(broken.length === 0 ? [] : ['Mend what they found: no input excuses a gate that failed.']),
      ...(silent.length === 0 ? [] : [`Let ${quoted(silent)} run, or name it in \`allow-skip\` with the reason.`]),
    ].join(' '),
  };
}
