/**
 * How fast frames come, measured on the frames themselves: decides whether a first look is worth a request of its own.
 */
export interface LinkSpeed {
  /** An answer of `bytes` came complete after `milliseconds`, from the request to the last byte. */
  note(bytes: number, milliseconds: number): void;
  /** Bytes a second while the last answers came; null before the first. */
  bytesPerSecond(): number | null;
  /** True when so many bytes would keep a reader waiting for longer than he notices. */
  isSlowFor(bytes: number): boolean;
}

/** Answers that are remembered; the link of a moment ago says nothing. */
const REMEMBERED = 8;
const NOTICEABLE_MS = 700;

export function createLinkSpeed(): LinkSpeed {
  let speeds: number[] = [];
  // Answers that come side by side share the link, and a busy server says nothing of it: the best one tells.
  const bytesPerSecond = (): number | null => (speeds.length === 0 ? null : Math.max(...speeds));
  return {
    note(bytes, milliseconds) {
      speeds = [...speeds, (bytes * 1000) / Math.max(1, milliseconds)].slice(-REMEMBERED);
    },
    bytesPerSecond,
    isSlowFor(bytes) {
      const speed = bytesPerSecond();
      return speed !== null && (bytes * 1000) / speed > NOTICEABLE_MS;
    },
  };
}

/** What the page itself took: known before the first frame. Small answers measure the way there and back. */
export function notePageLoad(link: LinkSpeed): void {
  for (const entry of performance.getEntriesByType('resource') as PerformanceResourceTiming[]) {
    const { transferSize, requestStart, responseEnd } = entry;
    if (transferSize > 20_000 && requestStart > 0) link.note(transferSize, responseEnd - requestStart);
  }
}
