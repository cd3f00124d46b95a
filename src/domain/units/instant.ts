import { parseDay } from '../gates/day.ts';

const grammar = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since 1970 of a time as ISO 8601 with a zone, as people and the API write it. `undefined`: it is none. */
export function instantOf(text: string): number | undefined {
  const [, date = '', hours, minutes, seconds = '0', fraction = '', zone = ''] = grammar.exec(text) ?? [];
  const day = parseDay(date);
  const [hour, minute, second] = [Number(hours), Number(minutes), Number(seconds)];
  const offset = offsetOf(zone);
  if (!day.ok || offset === undefined || !(hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
  return (((day.value * 24 + hour) * 60 + minute - offset) * 60 + second) * 1000 + milliseconds;
}

/** Minutes east of UTC. */
function offsetOf(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4))];
  if (!(hours <= 14 && minutes <= 59)) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
