/**
 * The next frame to load: near the reader, twice as far ahead of him as behind. Null when all are taken.
 * @param direction negative when he scrolls towards the first frame
 */
export function nextToLoad(
  count: number,
  place: number,
  direction: number,
  isTaken: (index: number) => boolean,
): number | null {
  const ahead = direction < 0 ? -1 : 1;
  const isFree = (index: number): boolean => index >= 0 && index < count && !isTaken(index);
  for (let distance = 0; distance <= count * 2; distance++) {
    const forward = place + ahead * distance;
    if (isFree(forward)) return forward;
    const backward = place - ahead * (distance / 2);
    if (distance % 2 === 0 && isFree(backward)) return backward;
  }
  return null;
}
