/** DA, TM and DT values (PS3.5 section 6.2) to ISO 8601. What is no date is null, never a guess. */

/** `20240131` (or the retired `2024.01.31`) → `2024-01-31`; null when it is no calendar day. */
export function parseDicomDate(value: string): string | null {
  const match = /^(\d{4})(?:\.(\d\d)\.(\d\d)|(\d\d)(\d\d))$/.exec(value.trim());
  if (!match) return null;
  const year = Number(match[1]);
  const month = Number(match[2] ?? match[4]);
  const day = Number(match[3] ?? match[5]);
  const date = new Date(Date.UTC(year, month - 1, day));
  if (year < 1000 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** `hh`, `hhmm`, `hhmmss` or `hhmmss.ffffff` (or with the retired colons) → `hh:mm:ss[.ffffff]`. */
export function parseDicomTime(value: string): string | null {
  const match = /^(\d\d)(?::?(\d\d)(?::?(\d\d)(?:\.(\d{1,6}))?)?)?$/.exec(value.trim());
  if (!match) return null;
  const [, hours = '', minutes = '00', seconds = '00', fraction] = match;
  // 60 is a leap second.
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 60) return null;
  return `${hours}:${minutes}:${seconds}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** `YYYYMMDDHHMMSS.FFFFFF&ZZXX` → ISO 8601, with the zone when the value has one; null for less than a day. */
export function parseDicomDateTime(value: string): string | null {
  const match = /^(\d{8})(\d[\d.]*)?([+-]\d{4})?$/.exec(value.trim());
  if (!match) return null;
  const date = parseDicomDate(match[1] ?? '');
  if (date === null) return null;
  if (match[2] === undefined) return date;
  const time = parseDicomTime(match[2]);
  if (time === null) return null;
  const zone = match[3];
  return `${date}T${time}${zone === undefined ? '' : `${zone.slice(0, 3)}:${zone.slice(3)}`}`;
}

/** One ISO 8601 value from a DA and a TM; the date alone when the time is missing or unreadable. */
export function combineDateAndTime(date: string | null, time: string | null): string | null {
  const day = date === null ? null : parseDicomDate(date);
  if (day === null) return null;
  const clock = time === null ? null : parseDicomTime(time);
  return clock === null ? day : `${day}T${clock}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
