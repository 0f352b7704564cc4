import type { Sha256 } from '#shared/ids.ts';

/** What names an immutable pyramid: the slide's file, and its side pyramid where the levels are counted with it. */
export interface SlideRef {
  readonly sha256: Sha256;
  readonly side: Sha256 | null;
}

/** The ref as text, by which pools and caches know it; that of a slide alone is its hash. */
export function slideRefText({ sha256, side }: SlideRef): string {
  return side === null ? sha256 : `${sha256}+${side}`;
}

export function parseSlideRef(text: string): SlideRef {
  const [sha256, side] = text.split('+');
  return { sha256: sha256 as Sha256, side: (side ?? null) as Sha256 | null };
}
