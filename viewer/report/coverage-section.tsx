import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Target } from '#shared/annotation/annotation.ts';
import type { SlideSummary } from '#shared/api/material.ts';
import { coverageSentence, coverageShares, readCoverage, unseenIslands } from '#shared/imaging/slide-coverage.ts';
import { tissueMaskOf } from '#shared/imaging/tissue-mask.ts';
import type { SlideView } from '#shared/imaging/view-state.ts';
import { slideCoverageQuery } from '#viewer/api/slide-coverage.ts';
import { slideQualityQuery } from '#viewer/api/slide-quality.ts';
import styles from './report-editor.module.css';

/** Islands are looked for at the magnification at which a slide is usually screened. */
const SCREENED_AT = 10;
const MOST_ISLANDS = 4;
/** Smaller ones are told by their number alone. */
const LEAST_SHARE = 0.005;
/** Around an island that is shown, so that its border is seen. */
const MARGIN = 0.15;

export interface CoverageSectionProps {
  readonly slides: readonly SlideSummary[];
  readonly onShowPlace: (target: Target, view: SlideView) => void;
  /** Takes the sentence into the report; left out where nothing can be written. */
  readonly onAdd?: ((sentence: string) => void) | undefined;
}

/** What the reader has seen of every slide before signing; nobody else is shown it. */
export function CoverageSection({ slides, ...rest }: CoverageSectionProps) {
  return (
    <ul className={styles.coverage}>
      {slides.map((slide) => (
        <SlideCoverageLine key={slide.id} slide={slide} {...rest} />
      ))}
    </ul>
  );
}

function useUnseen(slide: SlideSummary) {
  const { data: seen } = useQuery(slideCoverageQuery(slide.id));
  const { data: quality } = useQuery(slideQualityQuery(slide.id));
  return useMemo(() => {
    if (seen === undefined || quality === undefined) return null;
    const [coverage, tissue] = [readCoverage(slide, seen), tissueMaskOf(quality.card)];
    const shares = coverage === null || tissue === null ? null : coverageShares(coverage, slide, tissue);
    if (coverage === null || tissue === null || shares === null) return { shares: null, islands: [] };
    return { shares, islands: unseenIslands(coverage, slide, tissue, SCREENED_AT) };
  }, [slide, seen, quality]);
}

function SlideCoverageLine({
  slide,
  onShowPlace,
  onAdd,
}: { slide: SlideSummary } & Omit<CoverageSectionProps, 'slides'>) {
  const unseen = useUnseen(slide);
  if (unseen === null) return null;
  const { shares, islands } = unseen;
  const large = islands.filter(({ share }) => share >= LEAST_SHARE).slice(0, MOST_ISLANDS);
  const sentence = shares === null ? null : coverageSentence(shares);
  return (
    <li>
      <strong>{slide.name}</strong>
      <p className={styles.quiet}>
        {slide.objectivePower === null
          ? 'Its objective is not known, so nothing can be said of the magnification it was seen at.'
          : (sentence ?? 'Its tissue could not be measured, so nothing can be said of the share that was seen.')}
      </p>
      {slide.objectivePower !== null && islands.length > 0 && (
        <p className={styles.islands}>
          {islands.length === 1 ? '1 island of tissue' : `${islands.length} islands of tissue`} not seen at{' '}
          {SCREENED_AT}× or more
          {large.map((island, at) => (
            <Button
              key={`${island.x} ${island.y}`}
              size="compact-xs"
              variant="default"
              aria-label={`Show unseen island ${at + 1} of ${slide.name}`}
              onClick={() => onShowPlace({ kind: 'slide', slideId: slide.id }, viewOf(island))}
            >
              Show {Math.max(1, Math.round(island.share * 100))} %
            </Button>
          ))}
        </p>
      )}
      {onAdd !== undefined && slide.objectivePower !== null && sentence !== null && (
        <Button size="compact-xs" variant="subtle" onClick={() => onAdd(`${slide.name}. ${sentence}`)}>
          Add this line to the impression
        </Button>
      )}
    </li>
  );
}

function viewOf({ x, y, width, height }: ReturnType<typeof unseenIslands>[number]): SlideView {
  const margin = Math.max(width, height) * MARGIN;
  const visible = { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin };
  return { kind: 'slide', visible, rotation: 0 };
}
