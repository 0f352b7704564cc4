/** SOP Classes we name (PS3.6 table A-1, PS3.4 annex B). The rest is listed by its UID. */

/** What the workspace does with an object. */
export type SopClassKind =
  | 'image'
  | 'slide'
  | 'segmentation'
  | 'presentation'
  | 'structured-report'
  | 'key-objects'
  | 'document'
  | 'annotation'
  | 'radiotherapy'
  | 'waveform'
  | 'directory'
  | 'other';

export interface SopClass {
  readonly uid: string;
  readonly name: string;
  readonly kind: SopClassKind;
}

const STORAGE = '1.2.840.10008.5.1.4.1.1.';
export const DICOMDIR_SOP_CLASS = '1.2.840.10008.1.3.10';

const ROWS: readonly (readonly [suffix: string, name: string, kind: SopClassKind])[] = [
  ['1', 'Computed Radiography Image', 'image'],
  ['1.1', 'Digital X-Ray Image - For Presentation', 'image'],
  ['1.1.1', 'Digital X-Ray Image - For Processing', 'image'],
  ['1.2', 'Digital Mammography X-Ray Image - For Presentation', 'image'],
  ['1.2.1', 'Digital Mammography X-Ray Image - For Processing', 'image'],
  ['1.3', 'Digital Intra-Oral X-Ray Image - For Presentation', 'image'],
  ['1.3.1', 'Digital Intra-Oral X-Ray Image - For Processing', 'image'],
  ['2', 'CT Image', 'image'],
  ['2.1', 'Enhanced CT Image', 'image'],
  ['2.2', 'Legacy Converted Enhanced CT Image', 'image'],
  ['3.1', 'Ultrasound Multi-frame Image', 'image'],
  ['3', 'Ultrasound Multi-frame Image (retired)', 'image'],
  ['4', 'MR Image', 'image'],
  ['4.1', 'Enhanced MR Image', 'image'],
  ['4.2', 'MR Spectroscopy', 'other'],
  ['4.3', 'Enhanced MR Color Image', 'image'],
  ['4.4', 'Legacy Converted Enhanced MR Image', 'image'],
  ['5', 'Nuclear Medicine Image (retired)', 'image'],
  ['6', 'Ultrasound Image (retired)', 'image'],
  ['6.1', 'Ultrasound Image', 'image'],
  ['6.2', 'Enhanced US Volume', 'image'],
  ['7', 'Secondary Capture Image', 'image'],
  ['7.1', 'Multi-frame Single Bit Secondary Capture Image', 'image'],
  ['7.2', 'Multi-frame Grayscale Byte Secondary Capture Image', 'image'],
  ['7.3', 'Multi-frame Grayscale Word Secondary Capture Image', 'image'],
  ['7.4', 'Multi-frame True Color Secondary Capture Image', 'image'],
  ['9.1.1', '12-lead ECG Waveform', 'waveform'],
  ['9.1.2', 'General ECG Waveform', 'waveform'],
  ['9.1.3', 'Ambulatory ECG Waveform', 'waveform'],
  ['11.1', 'Grayscale Softcopy Presentation State', 'presentation'],
  ['11.2', 'Color Softcopy Presentation State', 'presentation'],
  ['11.3', 'Pseudo-Color Softcopy Presentation State', 'presentation'],
  ['11.4', 'Blending Softcopy Presentation State', 'presentation'],
  ['12.1', 'X-Ray Angiographic Image', 'image'],
  ['12.1.1', 'Enhanced XA Image', 'image'],
  ['12.2', 'X-Ray Radiofluoroscopic Image', 'image'],
  ['12.2.1', 'Enhanced XRF Image', 'image'],
  ['13.1.1', 'X-Ray 3D Angiographic Image', 'image'],
  ['13.1.2', 'X-Ray 3D Craniofacial Image', 'image'],
  ['13.1.3', 'Breast Tomosynthesis Image', 'image'],
  ['20', 'Nuclear Medicine Image', 'image'],
  ['30', 'Parametric Map', 'image'],
  ['66', 'Raw Data', 'other'],
  ['66.1', 'Spatial Registration', 'other'],
  ['66.4', 'Segmentation', 'segmentation'],
  ['66.7', 'Label Map Segmentation', 'segmentation'],
  ['67', 'Real World Value Mapping', 'other'],
  ['77.1.1', 'VL Endoscopic Image', 'image'],
  ['77.1.1.1', 'Video Endoscopic Image', 'image'],
  ['77.1.2', 'VL Microscopic Image', 'image'],
  ['77.1.2.1', 'Video Microscopic Image', 'image'],
  ['77.1.3', 'VL Slide-Coordinates Microscopic Image', 'image'],
  ['77.1.4', 'VL Photographic Image', 'image'],
  ['77.1.4.1', 'Video Photographic Image', 'image'],
  ['77.1.5.1', 'Ophthalmic Photography 8 Bit Image', 'image'],
  ['77.1.5.2', 'Ophthalmic Photography 16 Bit Image', 'image'],
  ['77.1.5.4', 'Ophthalmic Tomography Image', 'image'],
  ['77.1.6', 'VL Whole Slide Microscopy Image', 'slide'],
  ['88.11', 'Basic Text SR', 'structured-report'],
  ['88.22', 'Enhanced SR', 'structured-report'],
  ['88.33', 'Comprehensive SR', 'structured-report'],
  ['88.34', 'Comprehensive 3D SR', 'structured-report'],
  ['88.50', 'Mammography CAD SR', 'structured-report'],
  ['88.59', 'Key Object Selection Document', 'key-objects'],
  ['88.65', 'Chest CAD SR', 'structured-report'],
  ['88.67', 'X-Ray Radiation Dose SR', 'structured-report'],
  ['91.1', 'Microscopy Bulk Simple Annotations', 'annotation'],
  ['104.1', 'Encapsulated PDF', 'document'],
  ['104.2', 'Encapsulated CDA', 'document'],
  ['104.3', 'Encapsulated STL', 'document'],
  ['128', 'Positron Emission Tomography Image', 'image'],
  ['128.1', 'Legacy Converted Enhanced PET Image', 'image'],
  ['130', 'Enhanced PET Image', 'image'],
  ['481.1', 'RT Image', 'image'],
  ['481.2', 'RT Dose', 'radiotherapy'],
  ['481.3', 'RT Structure Set', 'radiotherapy'],
  ['481.5', 'RT Plan', 'radiotherapy'],
];

const BY_UID: ReadonlyMap<string, SopClass> = new Map(
  [
    ...ROWS.map(([suffix, name, kind]): SopClass => ({ uid: STORAGE + suffix, name, kind })),
    { uid: DICOMDIR_SOP_CLASS, name: 'Media Storage Directory', kind: 'directory' } as const,
  ].map((row) => [row.uid, row]),
);

/**
 * Name and kind of a SOP Class. One that is not in the table is an image when the object has pixels and rows,
 * for what can be shown should be shown.
 */
export function sopClassOf(uid: string, hasPixels: boolean): SopClass {
  return BY_UID.get(uid) ?? { uid, name: 'unknown object', kind: hasPixels ? 'image' : 'other' };
}
