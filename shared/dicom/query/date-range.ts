import { parseDicomDate, parseDicomTime } from '#shared/dicom/date-time.ts';

/** Dates and times as texts that compare like the instants they name, and ranges of them (PS3.4 C.2.2.2.5). */

/** Inclusive; null where an end is open. */
export interface Range {
  readonly from: string | null;
  readonly to: string | null;
  /** A single value was asked for, not a range. */
  readonly single: boolean;
}

/** `YYYYMMDD`; empty for what is no date, which no range holds. */
export function comparableDate(value: string): string {
  return parseDicomDate(value)?.replaceAll('-', '') ?? '';
}

/** `HHMMSS.FFFFFF`; empty for what is no time. What the value leaves open is filled with zeros. */
export function comparableTime(value: string): string {
  if (parseDicomTime(value) === null) return '';
  const [clock = '', fraction = ''] = value.trim().replaceAll(':', '').split('.');
  return `${clock.padEnd(6, '0')}.${fraction.padEnd(6, '0')}`;
}

/** `YYYYMMDDHHMMSS.FFFFFF` without its zone: instants are compared as they were written. */
export function comparableDateTime(value: string): string {
  const [, date = '', time = ''] = /^(\d{8})([\d.]*)(?:[+-]\d{4})?$/.exec(value.trim()) ?? [];
  const day = comparableDate(date);
  return day === '' ? '' : `${day}${time === '' ? '000000.000000' : comparableTime(time)}`;
}

/** The range a query value of VR DA, TM or DT names, a single value being a range of one; null for none. */
export function parseRange(vr: string, text: string): Range | null {
  const ends = splitRange(vr, text.trim());
  if (ends === null) return null;
  const [from, to] = [endOf(vr, ends[0], 'from'), endOf(vr, ends[1], 'to')];
  if (from === undefined || to === undefined || (from === null && to === null)) return null;
  return { from, to, single: ends[2] };
}

/** True when the comparable value lies in the range; an empty value never does. */
export function inRange(value: string, { from, to }: Pick<Range, 'from' | 'to'>): boolean {
  return value !== '' && (from === null || value >= from) && (to === null || value <= to);
}

function splitRange(vr: string, text: string): readonly [string, string, boolean] | null {
  // A hyphen may also stand before the zone of a DT.
  const value = vr === 'DT' ? String.raw`\d{4,14}(?:\.\d{1,6})?(?:[+-]\d{4}(?=$|-))?` : '[^-]*';
  const match = new RegExp(`^(${value})?(-)?(${value})?$`).exec(text);
  if (match === null) return null;
  const [, first = '', dash, last = ''] = match;
  return dash === undefined ? [first, first, true] : [first, last, false];
}

/** Undefined for a text that is no date or time. An end that leaves parts open means all of them. */
function endOf(vr: string, text: string, end: 'from' | 'to'): string | null | undefined {
  if (text === '') return null;
  if (vr === 'DA') return comparableDate(text) || undefined;
  if (vr === 'TM') return (end === 'from' ? comparableTime(text) : lastMoment(text)) || undefined;
  const [, date = '', time = ''] = /^(\d{8})([\d.]*)(?:[+-]\d{4})?$/.exec(text) ?? [];
  const day = comparableDate(date);
  if (day === '') return undefined;
  if (time === '') return `${day}${end === 'from' ? '000000.000000' : '235959.999999'}`;
  const clock = end === 'from' ? comparableTime(time) : lastMoment(time);
  return clock === '' ? undefined : day + clock;
}

function lastMoment(text: string): string {
  if (comparableTime(text) === '') return '';
  const [clock = '', fraction = ''] = text.trim().replaceAll(':', '').split('.');
  return `${clock}${'235959'.slice(clock.length)}.${fraction.padEnd(6, '9')}`;
}
