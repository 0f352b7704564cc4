const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** "14:02". */
export function formatTime(at: string | Date): string {
  return time.format(new Date(at));
}

/** "14:02" today, "21 Nov, 14:02" this year, "21 Nov 2025" before. */
export function formatMoment(at: string, now = new Date()): string {
  const moment = new Date(at);
  if (moment.toDateString() === now.toDateString()) return formatTime(moment);
  if (moment.getFullYear() === now.getFullYear()) return `${day.format(moment)}, ${formatTime(moment)}`;
  return dayYear.format(moment);
}

/** Date and time in full, for titles and audit rows. */
export function formatFull(at: string): string {
  return full.format(new Date(at));
}

/** A DICOM DA ("20240131") as "31 Jan 2024"; what is not a date is shown as it stands. */
export function formatDicomDate(date: string): string {
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(date);
  if (parts === null) return date;
  const moment = new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
  return dayYear.format(moment);
}
