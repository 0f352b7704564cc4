import type { DicomReader } from '#server/domain/ingest-ports.ts';
import type { InstanceFacts } from '#server/domain/material-ports.ts';
import { AppError } from '#shared/errors.ts';
import { indexedFrames } from './frame-index.ts';
import { type DicomFile, readDicomFile, readDicomHead } from './read-dicom-file.ts';
import type { WorkerPool } from './worker-pool.ts';

/** Largest text of one instance kept in the database; a header may be larger only through its binary values. */
const MAX_METADATA_CHARACTERS = 32 * 1024 * 1024;

/** Reads uploaded DICOM files in worker processes and gives ingest what it stores. */
export function createDicomReader(pool: WorkerPool): DicomReader {
  return {
    async read(path, signal) {
      const file = await readDicomFile(pool, path, signal);
      if (file.metadataJson.length > MAX_METADATA_CHARACTERS) {
        throw new AppError('DICOM_HEADER_TOO_LARGE', { limitBytes: MAX_METADATA_CHARACTERS });
      }
      return factsOf(file);
    },

    async readHead(head, signal) {
      const file = await readDicomHead(pool, head, signal);
      return file && { facts: factsOf(file), sizeBytes: file.sizeBytes };
    },
  };
}

function factsOf({ description, metadataJson, frameIndex, repairs }: DicomFile): InstanceFacts {
  return {
    sopInstanceUid: description.sopInstanceUid,
    seriesUid: description.seriesUid,
    studyUid: description.studyUid,
    sopClassUid: description.sopClassUid,
    transferSyntaxUid: description.transferSyntaxUid,
    modality: description.modality,
    instanceNumber: description.instanceNumber,
    rows: description.image?.rows ?? null,
    columns: description.image?.columns ?? null,
    frameCount: frameIndex === null ? 0 : indexedFrames(frameIndex),
    description: JSON.stringify(description),
    metadata: metadataJson,
    frameIndex: frameIndex === null ? null : JSON.stringify(frameIndex),
    repairs: JSON.stringify(repairs),
    showsSlideLabel: description.showsSlideLabel,
  };
}
