/** What stands in place of UIDs, identifiers and dates: the same original gives the same replacement under one key. */
import { parseDicomDate } from '#shared/dicom/date-time.ts';

/** A keyed hash (HMAC-SHA-256) of at least 16 bytes; `purpose` keeps its uses apart. */
export type KeyedDigest = (purpose: string, value: string) => Uint8Array;

/** Root of UIDs that the standard or its publisher gave: they name no patient's things. */
const STANDARD = /^1\.2\.840\.10008\.[\d.]+$/;
/** Dates move back by 30 days to ten years. */
const LEAST_SHIFT_DAYS = 30;
const SHIFT_RANGE_DAYS = 3620;
const DAY_MS = 86_400_000;

export class Pseudonyms {
  private readonly digest: KeyedDigest;
  private readonly uids = new Map<string, string>();

  constructor(digest: KeyedDigest) {
    this.digest = digest;
  }

  /** Another UID below 2.25 (PS3.5 B.2), 44 characters at most; standard UIDs stay. */
  uid(original: string): string {
    if (original === '' || STANDARD.test(original)) return original;
    const known = this.uids.get(original);
    if (known !== undefined) return known;
    const bytes = this.digest('uid', original).slice(0, 16);
    // RFC 9562 version 8: a UUID made by a rule of one's own.
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const uid = `2.25.${bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)}`;
    this.uids.set(original, uid);
    return uid;
  }

  /** Fourteen characters for an identifier: short enough for SH. */
  identifier(original: string): string {
    const bytes = this.digest('identifier', original).subarray(0, 6);
    return `P-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`.toUpperCase();
  }

  /** Whole days, negative, the same for everything of one patient, so that intervals stay. */
  shiftDays(patientId: string): number {
    const bytes = this.digest('date-shift', patientId);
    const number = ((bytes[0] ?? 0) << 16) | ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0);
    return -(LEAST_SHIFT_DAYS + (number % SHIFT_RANGE_DAYS));
  }
}

/** A TM value or a Timezone Offset From UTC as it is; null for anything else that stands in its place. */
export function plainTime(value: string): string | null {
  return /^(\d{2,6}(\.\d{1,6})?|\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?|[+-]\d{4})$/.test(value) ? value : null;
}

/**
 * A DA or DT value (PS3.5 section 6.2) moved by whole days; the time behind it stays.
 * Null for what names no day, which cannot be moved.
 */
export function shiftDate(value: string, vr: 'DA' | 'DT', days: number): string | null {
  const legacy = vr === 'DA' && /^\d{4}\.\d{2}\.\d{2}$/.test(value);
  const text = legacy ? value.replaceAll('.', '') : value;
  const parts = vr === 'DA' ? /^(\d{8})()$/.exec(text) : /^(\d{8})(\d{0,6}(?:\.\d{1,6})?(?:[+-]\d{4})?)$/.exec(text);
  if (parts === null) return null;
  const iso = parseDicomDate(parts[1] ?? '');
  if (iso === null) return null;
  const moved = new Date(Date.parse(`${iso}T00:00:00Z`) + days * DAY_MS).toISOString();
  return `${moved.slice(0, 10).replaceAll('-', '')}${parts[2] ?? ''}`;
}
