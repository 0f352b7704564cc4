import type { Measurement } from '#shared/annotation/measurement.ts';
import type { ValueRange } from '#shared/segmentation/brush.ts';
import type { SegmentDraft, SegmentFrame } from '#shared/segmentation/segment.ts';

/** A segment as a viewport shows it. */
export interface ShownSegment extends Pick<SegmentDraft, 'target' | 'color' | 'columns' | 'rows' | 'frames'> {
  readonly id: string;
  /** False for those of other people, locked ones, and where nothing may be written. */
  readonly editable: boolean;
}

/** What the hand paints with. */
export interface SegmentHand {
  /** The segment that is painted; null, or one that does not lie in the open series, begins a new one. */
  readonly activeId: string | null;
  /** Colour of a new segment. */
  readonly newColor: string;
  /** Of the brush, in widths of a pixel. */
  readonly radius: number;
  /** What the threshold takes, in modality values. */
  readonly range: ValueRange;
  /** How far from the value under the click growing goes, and how far from its place. */
  readonly tolerance: number;
  readonly growRadiusMm: number;
}

/** What was drawn into a segment. */
export interface SegmentDrawn {
  /** Null makes a new segment. */
  readonly id: string | null;
  readonly target: SegmentDraft['target'];
  readonly columns: number;
  readonly rows: number;
  /** All frames of the segment as it is now. */
  readonly frames: readonly SegmentFrame[];
  readonly how: SegmentDraft['drawn'];
  readonly measurements: readonly Measurement[];
}

export interface SegmentListener {
  onDrawn(drawn: SegmentDrawn): void;
  /** Why nothing was drawn, or what must be said of it, in a sentence. */
  onNotice(sentence: string): void;
}

/** What a page may ask of a viewport about segments. */
export interface SegmentControls {
  /** Those that are to be seen; on images that are not shown they wait for their image. */
  setSegments(segments: readonly ShownSegment[]): void;
  /** Null: nothing can be painted. */
  setSegmentHand(hand: SegmentHand | null, listener: SegmentListener | null): void;
  /** Fills the slices between those that are drawn. */
  interpolateSegment(id: string): void;
  /** Paints what the threshold takes within the region that is selected on the shown image. */
  thresholdInRegion(): void;
}
