/**
 * A DICOM series as one slide: a list of ours names its objects in the store. Only who opens stored slides can follow it; in
 * an upload it is a text like any other.
 */

import { openDicomSlide } from '#server/slides/dicom-slide.ts';
import type { SlideFormat } from '#server/slides/slide-format.ts';
import type { ByteSource } from '#server/slides/source.ts';
import { AppError } from '#shared/errors.ts';
import { isObjectList, MOST_LIST_BYTES, parseObjectList } from '#shared/imaging/object-list.ts';

export const dicomSeries: SlideFormat = {
  name: 'dicom-series',
  detect: ({ head, stored }) =>
    stored !== undefined && isObjectList(head) ? true : 'it is no list of stored DICOM objects',
  async open({ source, decoder, stored }, signal) {
    const hashes =
      source.sizeBytes > MOST_LIST_BYTES ? null : parseObjectList(await source.read(0, source.sizeBytes, signal));
    if (hashes === null || stored === undefined) {
      throw new AppError('SLIDE_METADATA_INVALID', { what: 'list of objects', reason: 'it is damaged' });
    }
    const objects: ByteSource[] = [];
    try {
      for (const hash of hashes) objects.push(await stored(hash, signal));
      const slide = await openDicomSlide(objects, signal, decoder);
      // The slide has its objects now and closes them; the list is not needed any more.
      await source.close();
      return slide;
    } catch (error) {
      await Promise.all(objects.map((object) => object.close()));
      throw error;
    }
  },
};
