import { type Parsed, parsed, refused } from '../units/parsed.ts';

/** Days since 1970-01-01 in UTC. */
export type Day = number;

const remedy = 'Write a day as year-month-day, such as `2027-03-31`, in quotes.';
const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** `2027-03-31`. */
export function parseDay(text: string): Parsed<Day> {
  const [, year, month, day] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return refused('is no day', remedy);
  const length = (monthDays[month - 1] ?? 0) + (month === 2 && isLeap(year) ? 1 : 0);
  if (day < 1 || day > length || year < 1970) return refused('is no day of the calendar', remedy);
  return parsed(daysBefore(year, month) + day - 1);
}

function daysBefore(year: number, month: number): Day {
  let days = 0;
  for (let each = 1970; each < year; each += 1) days += isLeap(each) ? 366 : 365;
  for (let each = 1; each < month; each += 1) days += (monthDays[each - 1] ?? 0) + (each === 2 && isLeap(year) ? 1 : 0);
  return days;
}

/** The form that `parseDay` reads back. */
export function dayText(day: Day): string {
  let [year, rest] = [1970, day];
  for (; rest >= (isLeap(year) ? 366 : 365); year += 1) rest -= isLeap(year) ? 366 : 365;
  let month = 1;
  for (; ; month += 1) {
    const length = (monthDays[month - 1] ?? 0) + (month === 2 && isLeap(year) ? 1 : 0);
    if (rest < length) break;
    rest -= length;
  }
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${year}-${two(month)}-${two(rest + 1)}`;
}

const millisecondsOfDay = 86_400_000;

/** The day of a moment given in milliseconds since 1970. */
export const dayOf = (milliseconds: number): Day => Math.floor(milliseconds / millisecondsOfDay);
