import type { Urgency } from '#shared/consultation/consultation.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How near the due time is: `late` is past it, `soon` less than a quarter of the time or three hours away. */
export type DueTone = 'none' | 'calm' | 'soon' | 'late';

export interface Due {
  readonly words: string;
  readonly tone: DueTone;
}

function span(milliseconds: number): string {
  if (milliseconds < HOUR) return `${Math.max(1, Math.round(milliseconds / 60_000))} min`;
  if (milliseconds < 2 * DAY) return `${Math.round(milliseconds / HOUR)} h`;
  return `${Math.round(milliseconds / DAY)} days`;
}

/** The due clock in words, from the times of submission and answer; nothing is due without them. */
export function dueIn(dueAt: string | null, submittedAt: string | null, now: number): Due {
  if (dueAt === null) return { words: '', tone: 'none' };
  const left = Date.parse(dueAt) - now;
  if (left < 0) return { words: `${span(-left)} late`, tone: 'late' };
  const whole = submittedAt === null ? DAY : Date.parse(dueAt) - Date.parse(submittedAt);
  return { words: `in ${span(left)}`, tone: left < Math.max(whole / 4, 3 * HOUR) ? 'soon' : 'calm' };
}

export const URGENCY_WORDS: Readonly<Record<Urgency, string>> = { routine: 'Routine', urgent: 'Urgent', stat: 'Stat' };

/** How long an answer may take, as the form offers it. */
export const URGENCY_SPAN: Readonly<Record<Urgency, string>> = {
  routine: '3 days',
  urgent: '24 hours',
  stat: '4 hours',
};
