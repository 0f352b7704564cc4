/** Worker process: reads a DICOM file's header, describes it and finds its frames. */

import { bulkDataOf, bulkDataPlace, swappedWords, toDicomJson } from '#shared/dicom/dicom-json.ts';
import { HeaderContinues } from '#shared/dicom/element-scan.ts';
import { type DicomHeader, parseDicomHeader } from '#shared/dicom/header.ts';
import { describeInstance } from '#shared/dicom/instance.ts';
import { TAG } from '#shared/dicom/tag.ts';
import { valueInspector } from '#shared/dicom/value-repairs.ts';
import { AppError } from '#shared/errors.ts';
import type { BulkDataLocation } from './bulk-data-reader.ts';
import { buildFrameIndex } from './frame-index.ts';
import { type RangeReader, withFile } from './range-reader.ts';
import type { DicomFile } from './read-dicom-file.ts';
import { readHeader } from './read-header.ts';
import { serveTasks } from './worker-protocol.ts';

function readDicom({ path }: { readonly path: string }) {
  // The pool kills the process when the job takes too long; nobody inside has to give up earlier.
  const signal = new AbortController().signal;
  return withFile(path, async (read, sizeBytes) =>
    describeFile(await readHeader(read, sizeBytes, signal), read, sizeBytes, signal),
  );
}

/** Native frames that end with the file need nothing but the header. */
async function readDicomHead({ head }: { readonly head: Uint8Array }): Promise<DicomFile | null> {
  const header = wholeHeader(head);
  const { pixelData } = header ?? {};
  if (!header || !pixelData || pixelData.lengthBytes === undefined) return null;
  // Without it the reader of the whole file looks at more than the header.
  if (header.meta.text(TAG.TransferSyntaxUID) === null) return null;
  const sizeBytes = pixelData.offsetBytes + pixelData.lengthBytes;
  const read = () => Promise.reject(new Error('of a native object nothing more is read'));
  try {
    return await describeFile({ ...header, objectBytes: sizeBytes }, read, sizeBytes, new AbortController().signal);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** Null when these bytes do not hold it, or it is not sound. */
function wholeHeader(head: Uint8Array): DicomHeader | null {
  try {
    return parseDicomHeader(head, { totalBytes: Number.MAX_SAFE_INTEGER });
  } catch (error) {
    if (error instanceof AppError || error instanceof HeaderContinues) return null;
    throw error;
  }
}

async function describeFile(
  header: DicomHeader,
  read: RangeReader,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<DicomFile> {
  const description = describeInstance(header);
  const { image } = description;
  return {
    description,
    metadataJson: JSON.stringify(toDicomJson(header, valueInspector(header.repairs))),
    frameIndex: image && (await buildFrameIndex(read, sizeBytes, header, image, signal)),
    // Last: everything that reads the object adds to them.
    repairs: header.repairs.list(),
    sizeBytes,
  };
}

function locateBulkData({ path, element }: { readonly path: string; readonly element: string }) {
  const signal = new AbortController().signal;
  return withFile(path, async (read, sizeBytes): Promise<BulkDataLocation | null> => {
    const header = await readHeader(read, sizeBytes, signal);
    const place = bulkDataPlace(header, element);
    if (place === undefined) return null;
    const { offsetBytes, lengthBytes, swappedWordBytes } = place;
    if (header.deflatedFromBytes === null && swappedWordBytes === 1) return { offsetBytes, lengthBytes };
    // These bytes are nowhere in the file as they are sent.
    const bytes = swappedWords(bulkDataOf(header, element) ?? new Uint8Array(), swappedWordBytes);
    return { base64: Buffer.from(bytes).toString('base64') };
  });
}

serveTasks({ 'read-dicom-file': readDicom, 'read-dicom-head': readDicomHead, 'locate-bulk-data': locateBulkData });
