export interface SlideRow {
  id: string;
  consultation_id: string;
  sha256: string;
  size_bytes: number;
  name: string;
  /** SlideDescription as JSON. */
  description: string;
  added_at: string;
}

/** Of the bytes of a slide, whichever consultations hold it. */
export interface SidePyramidRow {
  source_sha256: string;
  state: string;
  percent: number;
  failure: string | null;
  sha256: string | null;
  /** SlideLevel[] as JSON. */
  levels: string | null;
  updated_at: string;
}

/** A cache: rows and the objects they name may be deleted at any time. */
export interface SlideQualityRow {
  sha256: string;
  form: number;
  card: string | null;
  refusal: string | null;
  measured_at: string;
}

export interface SlideCoverageRow {
  slide_id: string;
  reader_id: string;
  seen: string;
  updated_at: string;
}

export interface SlideRegistrationRow {
  consultation_id: string;
  from_id: string;
  to_id: string;
  author_id: string;
  model: string;
  /** LandmarkPair[] as JSON. */
  pairs: string;
  updated_at: string;
}
