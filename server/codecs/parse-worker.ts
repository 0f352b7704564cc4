/** Worker process: reads a DICOM file's header, describes it and finds its frames. */
import { bulkDataOf, bulkDataPlace, swappedWords, toDicomJson } from '#shared/dicom/dicom-json.ts';
import { describeInstance } from '#shared/dicom/instance.ts';
import { valueInspector } from '#shared/dicom/value-repairs.ts';
import type { BulkDataLocation } from './bulk-data-reader.ts';
import { buildFrameIndex } from './frame-index.ts';
import { withFile } from './range-reader.ts';
import type { DicomFile } from './read-dicom-file.ts';
import { readHeader } from './read-header.ts';
import { serveTasks } from './worker-protocol.ts';

function readDicom({ path }: { readonly path: string }) {
  // The pool kills the process when the job takes too long; nobody inside has to give up earlier.
  const signal = new AbortController().signal;
  return withFile(path, async (read, sizeBytes): Promise<DicomFile> => {
    const header = await readHeader(read, sizeBytes, signal);
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
  });
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

serveTasks({ 'read-dicom-file': readDicom, 'locate-bulk-data': locateBulkData });
