/** Worker process: reads a DICOM file's header, describes it and finds its frames. */
import { toDicomJson } from '#shared/dicom/dicom-json.ts';
import { describeInstance } from '#shared/dicom/instance.ts';
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
      metadataJson: JSON.stringify(toDicomJson(header)),
      frameIndex: image && (await buildFrameIndex(read, sizeBytes, header, image, signal)),
      sizeBytes,
    };
  });
}

serveTasks({ 'read-dicom-file': readDicom });
