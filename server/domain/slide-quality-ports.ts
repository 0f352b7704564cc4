import type { ConsultationId, Sha256, SlideId } from '#shared/ids.ts';
import type { QualityCard } from '#shared/imaging/quality-card.ts';
import type { SearchReach } from './reach-ports.ts';

/** What was measured of the bytes of a slide; the same bytes in several consultations are measured once. */
export interface StoredQuality {
  readonly sha256: Sha256;
  /** QUALITY_FORM of the measurement. */
  readonly form: number;
  /** Null when the slide could not be measured. */
  readonly card: QualityCard | null;
  /** The sentence that says why not; null when it was measured. */
  readonly refusal: string | null;
  readonly measuredAt: string;
}

/** Where the bytes of a slide are held. */
export interface HeldSlide {
  readonly id: SlideId;
  readonly consultationId: ConsultationId;
  readonly name: string;
  readonly sha256: Sha256;
}

export interface SlideQualityRepository {
  find(sha256: Sha256): Promise<StoredQuality | null>;
  findAll(sha256s: readonly Sha256[]): Promise<Map<Sha256, StoredQuality>>;
  /** Every slide of these bytes within reach. */
  holders(sha256s: readonly Sha256[], reach: SearchReach): Promise<HeldSlide[]>;
  /** Replaces what was measured before. */
  save(quality: StoredQuality): Promise<void>;
}
