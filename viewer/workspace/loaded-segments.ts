/** Runs of loaded frames, `to` excluded, so that a track can show them with few elements. */
export function loadedSegments(
  count: number,
  isLoaded: (index: number) => boolean,
): { readonly from: number; readonly to: number }[] {
  const segments: { from: number; to: number }[] = [];
  for (let index = 0; index < count; index++) {
    if (!isLoaded(index)) continue;
    const last = segments[segments.length - 1];
    if (last !== undefined && last.to === index) last.to = index + 1;
    else segments.push({ from: index, to: index + 1 });
  }
  return segments;
}
