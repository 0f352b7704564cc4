/** SOP classes of whole slide images: as the scanner took them, and processed (PS3.4 B.5). */
const WHOLE_SLIDE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.77\.1\.(6|8)$/;
const GLASS = new Set(['LABEL', 'OVERVIEW']);

export interface GlassFacts {
  readonly sopClassUid: string;
  readonly modality: string;
  readonly imageType: readonly string[];
  /** Specimen Label in Image (0048,0010). */
  readonly specimenLabelInImage: string | null;
}

/**
 * True for the picture of a slide's label, where names and accession numbers stand, and for a picture of the whole glass,
 * which may show it (PS3.3 C.8.12.4.1.1 and C.8.12.2). The slide itself is none, whatever it says of itself: its tiles are
 * what there is to read.
 */
export function showsSlideLabel({ sopClassUid, modality, imageType, specimenLabelInImage }: GlassFacts): boolean {
  if (modality !== 'SM' && !WHOLE_SLIDE.test(sopClassUid)) return false;
  const flavour = imageType[2]?.toUpperCase() ?? 'VOLUME';
  return GLASS.has(flavour) || (flavour !== 'VOLUME' && specimenLabelInImage === 'YES');
}
