import { Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { SlideSummary } from '#shared/api/material.ts';
import {
  COVERAGE_MAGNIFICATIONS,
  type Coverage,
  coverageSentence,
  coverageShares,
  readCoverage,
} from '#shared/imaging/slide-coverage.ts';
import { hasTissueIn, type TissueMask, tissueMaskOf } from '#shared/imaging/tissue-mask.ts';
import { slideCoverageQuery } from '#viewer/api/slide-coverage.ts';
import { slideQualityQuery } from '#viewer/api/slide-quality.ts';
import type { HeatMap } from '#viewer/engines/openseadragon/heat-map-layer.ts';
import type { SlideEngine } from '#viewer/engines/openseadragon/slide-engine-port.ts';
import classes from './slide-about.module.css';

const SCREENED_AT = 10;

/** The cells with tissue that were not seen, in the low colour of the scale. */
function unseenMap(coverage: Coverage, slide: SlideSummary, tissue: TissueMask): HeatMap {
  const { columns, rows, cell, seen } = coverage;
  const bit = 1 << COVERAGE_MAGNIFICATIONS.indexOf(SCREENED_AT);
  const values = seen.map((bits, at) => {
    const [x, y] = [(at % columns) * cell, Math.floor(at / columns) * cell];
    const isOpen = (bits & bit) === 0 && hasTissueIn(tissue, slide, { x, y, width: cell, height: cell });
    return isOpen ? 1 : 0;
  });
  return { name: 'unseen', cellWidth: cell, cellHeight: cell, columns, rows, values };
}

/** How much of the tissue the reader has seen, and a map of what is still to be seen. */
export function CoverageMap({ engine, slide }: { readonly engine: SlideEngine; readonly slide: SlideSummary }) {
  const { data: seen } = useQuery(slideCoverageQuery(slide.id));
  const { data: quality } = useQuery(slideQualityQuery(slide.id));
  const [isOn, setOn] = useState(engine.heatMap() === 'unseen');
  if (seen === undefined || quality === undefined) return null;
  const [coverage, tissue] = [readCoverage(slide, seen), tissueMaskOf(quality.card)];
  if (coverage === null || tissue === null || slide.objectivePower === null) return null;
  const shares = coverageShares(coverage, slide, tissue);
  if (shares === null) return null;
  return (
    <>
      <h3 className={classes.heading}>Seen by you</h3>
      <p className={classes.told}>{coverageSentence(shares)} Only you are shown this.</p>
      <Switch
        size="sm"
        label={`Show the tissue not seen at ${SCREENED_AT}× yet`}
        checked={isOn}
        onChange={(event) => {
          const on = event.currentTarget.checked;
          setOn(on);
          engine.setHeatMap(on ? unseenMap(coverage, slide, tissue) : null);
        }}
      />
    </>
  );
}
