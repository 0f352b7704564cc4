import { useMemo, useSyncExternalStore } from 'react';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { formatMeasurement } from '#shared/annotation/measurement.ts';
import styles from './region-histogram.module.css';
import type { ShownImages } from './shown-images.ts';

interface RegionHistogramProps {
  readonly annotation: Annotation;
  readonly images: ShownImages;
}

const WIDTH = 240;
const HEIGHT = 48;

/** How the pixel values inside a region are spread, while its image is on the screen. */
export function RegionHistogram({ annotation, images }: RegionHistogramProps) {
  const shown = useSyncExternalStore(images.subscribe, images.snapshot);
  const { target, geometry } = annotation;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shown` tells that another image came on the screen
  const histogram = useMemo(() => images.histogram(target, geometry), [images, shown, target, geometry]);
  if (histogram === null) return null;
  const { counts, minimum, maximum, unit } = histogram;
  const most = Math.max(...counts);
  const pixels = counts.reduce((sum, count) => sum + count, 0);
  const step = WIDTH / counts.length;
  const text = (value: number) => formatMeasurement({ name: 'value', value, unit, provenance: 'stored-values' });
  return (
    <figure className={styles.figure}>
      <svg
        className={styles.chart}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Histogram of ${pixels} pixels from ${text(minimum)} to ${text(maximum)}`}
      >
        {counts.map((count, bin) => {
          const height = (count / most) * HEIGHT;
          return (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: a bin is its place
              key={bin}
              x={bin * step}
              y={HEIGHT - height}
              width={step * 0.9}
              height={height}
            />
          );
        })}
      </svg>
      <figcaption className={styles.ends}>
        <span>{text(minimum)}</span>
        <span>{pixels.toLocaleString()} px</span>
        <span>{text(maximum)}</span>
      </figcaption>
    </figure>
  );
}
