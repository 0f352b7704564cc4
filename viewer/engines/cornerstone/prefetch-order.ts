/**
 * The next frame to load: near the reader, twice as far ahead of him as behind. Null when all are taken.
 * @param direction negative when he scrolls towards the first frame
 * @param reach how many frames may be held at once around the reader
 */
export function nextToLoad(
  count: number,
  place: number,
  direction: number,
  isTaken: (index: number) => boolean,
  reach = Number.POSITIVE_INFINITY,
): number | null {
  const ahead = direction < 0 ? -1 : 1;
  const isThere = (index: number): boolean => index >= 0 && index < count;
  let seen = 0;
  for (let distance = 0; distance <= count * 2; distance++) {
    const forward = place + ahead * distance;
    const backward = place - ahead * (distance / 2);
    const around = distance > 0 && distance % 2 === 0 ? [forward, backward] : [forward];
    for (const index of around) {
      if (!isThere(index)) continue;
      if (seen >= reach) return null;
      seen += 1;
      if (!isTaken(index)) return index;
    }
  }
  return null;
}
