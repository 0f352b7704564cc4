/** The slide formats we read, in the order they are asked. A new scanner is one file in `vendors` and one row here. */

import type { SlideFormat } from './slide-format.ts';
import type { TiffFormat } from './tiff.ts';
import { openTiffSlide } from './tiff-slide.ts';
import { aperio } from './vendors/aperio.ts';
import { dicomSeries } from './vendors/dicom-series.ts';
import { dicomWsi } from './vendors/dicom-wsi.ts';
import { flatPicture } from './vendors/flat-picture.ts';
import { genericTiff } from './vendors/generic-tiff.ts';
import { huron } from './vendors/huron.ts';
import { leica } from './vendors/leica.ts';
import { mirax } from './vendors/mirax.ts';
import { ndpi } from './vendors/ndpi.ts';
import { omeTiff } from './vendors/ome-tiff.ts';
import { philips } from './vendors/philips.ts';
import { trestle } from './vendors/trestle.ts';
import { ventana } from './vendors/ventana.ts';

export const SLIDE_FORMATS: readonly SlideFormat[] = [
  tiffRow(aperio),
  ndpi,
  tiffRow(philips),
  tiffRow(leica),
  tiffRow(ventana),
  tiffRow(trestle),
  tiffRow(huron),
  tiffRow(omeTiff),
  tiffRow(genericTiff),
  dicomWsi,
  dicomSeries,
  mirax,
  flatPicture,
];

function tiffRow(format: TiffFormat): SlideFormat {
  return {
    name: format.name,
    detect: ({ tiff }) => (tiff === null ? 'it is not a TIFF file' : format.detect(tiff)),
    open(file, signal) {
      const { tiff } = file;
      if (tiff === null) throw new TypeError('A format is opened only after it recognised the file.');
      return openTiffSlide(file, format.name, tiff, format.layout(tiff), signal);
    },
  };
}
