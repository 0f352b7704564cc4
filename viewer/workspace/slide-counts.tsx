import { Button, NativeSelect, NumberInput } from '@mantine/core';
import { useState } from 'react';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { COUNTING_FIELD, MITOSIS, NEGATIVE_NUCLEUS, POSITIVE_NUCLEUS } from '#shared/annotation/annotation-class.ts';
import { areaInMm2, pointsIn } from '#shared/annotation/class-summary.ts';
import { sameConcept } from '#shared/annotation/coded-concept.ts';
import {
  type CountingField,
  fieldAround,
  fieldFormula,
  hotSpot,
  movedOnto,
  type PixelSize,
  proportionOf,
} from '#shared/annotation/counting.ts';
import { boundsOf, type Geometry, isRegion } from '#shared/annotation/geometry.ts';
import type { SlideSummary } from '#shared/api/material.ts';
import type { SlideView } from '#shared/imaging/view-state.ts';
import styles from './slide-counts.module.css';

interface SlideCountsProps {
  readonly slide: SlideSummary;
  /** Of this slide. */
  readonly annotations: readonly Annotation[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly selected: Annotation | undefined;
  readonly canWrite: boolean;
  /** What is on the screen now; null while that is not this slide. */
  readonly view: () => SlideView | null;
  readonly onField: (geometry: Geometry) => void;
}

const of = (annotations: readonly Annotation[], concept: typeof MITOSIS) =>
  annotations.filter((one) => sameConcept(one.concept ?? null, concept));

/** Mitoses by fields, and the share of positive nuclei, of the points that were placed on a slide. */
export function SlideCounts(props: SlideCountsProps) {
  const { slide, annotations } = props;
  const { mppX, mppY } = slide;
  return (
    <details className={styles.counts}>
      <summary>Count mitoses and nuclei</summary>
      {mppX === null || mppY === null ? (
        <p className={styles.quiet}>This slide is uncalibrated: there are no fields of a known size on it.</p>
      ) : (
        <Mitoses {...props} size={{ mppX, mppY }} />
      )}
      <Nuclei annotations={annotations} selected={props.selected} />
    </details>
  );
}

function Mitoses(props: SlideCountsProps & { readonly size: PixelSize }) {
  const { annotations, numbers, slide, size, canWrite } = props;
  const [kind, setKind] = useState<CountingField['kind']>('square-mm');
  const [fieldNumber, setFieldNumber] = useState(22);
  const [spotMm2, setSpotMm2] = useState(2);
  const field: CountingField = kind === 'square-mm' ? { kind } : { kind, fieldNumber, objective: 40 };
  const points = of(annotations, MITOSIS).filter(({ geometry }) => geometry.kind === 'point');
  const fields = of(annotations, COUNTING_FIELD).filter(({ geometry }) => isRegion(geometry));
  const counts = fields.map((one) => ({ id: one.id, mm2: areaInMm2(one) ?? 0, count: pointsIn(one, points).length }));
  const [mm2, count] = [sum(counts.map((one) => one.mm2)), sum(counts.map((one) => one.count))];
  const spot = hotSpot(
    points.flatMap(({ geometry }) => (geometry.kind === 'point' ? [geometry.at] : [])),
    spotMm2,
    size,
  );
  const spotArea = spot === null ? null : movedOnto(spot.area, slide.width, slide.height);
  const place = () => {
    const visible = props.view()?.visible;
    if (visible === undefined) return;
    props.onField(fieldAround([visible.x + visible.width / 2, visible.y + visible.height / 2], field, size));
  };
  return (
    <div className={styles.part}>
      <h3>Mitoses: {points.length}</h3>
      <p className={styles.quiet}>M marks the mitosis under the pointer.</p>
      <div className={styles.fields}>
        <NativeSelect
          size="xs"
          label="Field"
          value={kind}
          data={[
            { value: 'square-mm', label: '1 mm²' },
            { value: 'high-power', label: 'High power field (40×)' },
          ]}
          onChange={(event) => setKind(event.currentTarget.value === 'high-power' ? 'high-power' : 'square-mm')}
        />
        {kind === 'high-power' && (
          <NumberInput
            size="xs"
            label="Field number, mm"
            min={10}
            max={30}
            value={fieldNumber}
            onChange={(value) => typeof value === 'number' && value > 0 && setFieldNumber(value)}
          />
        )}
        <Button size="xs" variant="light" disabled={!canWrite} onClick={place}>
          Place a field here
        </Button>
      </div>
      <p className={styles.quiet}>{fieldFormula(field)}</p>
      {counts.length > 0 && (
        <p className={styles.result}>
          {counts.map(({ id, count: n }) => `A${numbers.get(id) ?? ''}: ${n}`).join(' · ')}
          <br />
          <b>
            {count} in {mm2.toFixed(3)} mm² = {(count / mm2).toFixed(1)} per mm²
          </b>
          {hasOverlap(fields) && ' (fields overlap: what lies in two is counted twice)'}
        </p>
      )}
      {spot !== null && (
        <div className={styles.fields}>
          <NumberInput
            size="xs"
            label="Hot spot, mm²"
            min={0.1}
            max={20}
            decimalScale={2}
            value={spotMm2}
            onChange={(value) => typeof value === 'number' && value > 0 && setSpotMm2(value)}
          />
          <p className={styles.result}>
            {spotArea === null ? 'The slide is smaller than that.' : `Suggested: ${spot.count} in ${spotMm2} mm²`}
          </p>
          <Button
            size="xs"
            variant="light"
            disabled={!canWrite || spotArea === null}
            onClick={() => spotArea !== null && props.onField(spotArea)}
          >
            Keep it as a field
          </Button>
        </div>
      )}
    </div>
  );
}

/** In the selected area where one is selected, else on the whole slide. */
function Nuclei({ annotations, selected }: Pick<SlideCountsProps, 'annotations' | 'selected'>) {
  const area = selected !== undefined && isRegion(selected.geometry) ? selected : null;
  const counted = (concept: typeof MITOSIS) => {
    const points = of(annotations, concept).filter(({ geometry }) => geometry.kind === 'point');
    return area === null ? points.length : pointsIn(area, points).length;
  };
  const share = proportionOf(counted(POSITIVE_NUCLEUS), counted(NEGATIVE_NUCLEUS));
  return (
    <div className={styles.part}>
      <h3>Positive nuclei{area === null ? '' : ' in the selected area'}</h3>
      <p className={styles.quiet}>Q marks a positive nucleus under the pointer, Z a negative one.</p>
      {share !== null && (
        <p className={styles.result}>
          <b>
            {share.percent.toFixed(1)} % ({share.positive} of {share.total})
          </b>
          <br />
          95 % confidence {share.from.toFixed(1)} to {share.to.toFixed(1)} % (Wilson score interval)
        </p>
      )}
    </div>
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** By the boxes around them: told once too often rather than never. */
function hasOverlap(fields: readonly Annotation[]): boolean {
  const boxes = fields.map(({ geometry }) => boundsOf(geometry));
  return boxes.some((a, i) =>
    boxes.some((b, j) => i < j && a.minX < b.maxX && b.minX < a.maxX && a.minY < b.maxY && b.minY < a.maxY),
  );
}
