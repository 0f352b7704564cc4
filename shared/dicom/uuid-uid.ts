/** UUIDs as UIDs below 2.25 (PS3.5 Annex B.2). */

/** The UID of a UUID. */
export function uidOfUuid(uuid: string): string {
  return `2.25.${BigInt(`0x${uuid.replaceAll('-', '')}`)}`;
}

/** The UUID of a UID below 2.25, in lower case; null for any other UID. */
export function uuidOfUid(uid: string): string | null {
  const decimal = /^2\.25\.(0|[1-9]\d{0,38})$/.exec(uid)?.[1];
  if (decimal === undefined) return null;
  const hex = BigInt(decimal).toString(16).padStart(32, '0');
  return hex.length > 32 ? null : hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
