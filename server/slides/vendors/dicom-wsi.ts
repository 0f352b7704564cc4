/** A DICOM whole slide image in a single file: one resolution. A series of them is opened by `openDicomSlide`. */

import { openDicomSlide } from '#server/slides/dicom-slide.ts';
import type { SlideFormat } from '#server/slides/slide-format.ts';

export const dicomWsi: SlideFormat = {
  name: 'dicom-wsi',
  detect: ({ head }) => (Buffer.from(head.subarray(128, 132)).toString('latin1') === 'DICM' ? true : 'it is not DICOM'),
  open: ({ source, decoder }, signal) => openDicomSlide([source], signal, decoder),
};
