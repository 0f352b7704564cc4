import { SERVED_START_BYTES, servedStart } from '#shared/dicom/served-part10.ts';
import { EXPLICIT_LITTLE_ENDIAN } from '#shared/dicom/transfer-syntax.ts';
import { closingChunks } from './closing-chunks.ts';
import type { FoundInstance } from './frame-directory.ts';
import type { BlobStore } from './ports.ts';
import { type TranscodeNeeds, transcodedObject } from './transcode-object.ts';

/** One Part 10 file on its way out (PS3.10 section 7). */
export interface OutgoingObject {
  readonly transferSyntaxUid: string;
  /** Null when it shows while the object is made. */
  readonly sizeBytes: number | null;
  /** From start to end; also gives back what was opened when nobody reads on. */
  readonly chunks: AsyncGenerator<Uint8Array, void>;
}

/** A stored object that can be read in parts. */
export interface ServedObject {
  readonly sizeBytes: number;
  read(offsetBytes: number, lengthBytes: number): AsyncGenerator<Uint8Array, void>;
  close(): Promise<void>;
}

const CHUNK_BYTES = 256 * 1024;

type ObjectNames = Pick<FoundInstance, 'sha256' | 'sopClassUid' | 'sopInstanceUid' | 'transferSyntaxUid'>;

/** The object as it was sent, its start made safe and complete (see servedStart). Throws BLOB_MISSING. */
export async function openServed(
  { blobs }: { readonly blobs: Pick<BlobStore, 'open'> },
  object: ObjectNames,
  signal: AbortSignal,
): Promise<ServedObject> {
  const blob = await blobs.open(object.sha256, signal);
  try {
    const beginning = await blob.read(0, SERVED_START_BYTES, signal);
    const { head, fromBytes } = servedStart(beginning, blob.sizeBytes, object);
    const sizeBytes = head.byteLength + blob.sizeBytes - fromBytes;
    return {
      sizeBytes,
      async *read(offsetBytes, lengthBytes) {
        const end = Math.min(sizeBytes, offsetBytes + lengthBytes);
        let at = offsetBytes;
        if (at < head.byteLength && at < end) {
          const part = head.subarray(at, Math.min(end, head.byteLength));
          at += part.byteLength;
          yield part;
        }
        while (at < end) {
          const part = await blob.read(at - head.byteLength + fromBytes, Math.min(CHUNK_BYTES, end - at), signal);
          if (part.byteLength === 0) throw new Error('a stored object is shorter than it was');
          at += part.byteLength;
          yield part;
        }
      },
      close: () => blob.close(),
    };
  } catch (error) {
    await blob.close();
    throw error;
  }
}

/** The transfer syntaxes in which the object can leave, the stored one first; none of them loses bits. */
export function objectSyntaxes({
  transferSyntaxUid,
  frames,
}: Pick<FoundInstance, 'transferSyntaxUid' | 'frames'>): string[] {
  const targets = (frames?.targets ?? []).filter(({ lossy }) => !lossy).map((target) => target.transferSyntaxUid);
  // Without pixels, and with uncompressed ones, only the data set is written anew.
  const rewritable = frames === null || frames.transferSyntaxUid === EXPLICIT_LITTLE_ENDIAN;
  return [...new Set([transferSyntaxUid, ...(rewritable ? [EXPLICIT_LITTLE_ENDIAN] : []), ...targets])];
}

/**
 * The object in one of its transfer syntaxes. What is wrong with its first frame shows before this resolves.
 * @throws AppError BLOB_MISSING, and for another syntax than the stored one as transcodedObject does
 */
export async function openOutgoing(
  needs: TranscodeNeeds,
  found: FoundInstance,
  transferSyntaxUid: string,
  signal: AbortSignal,
): Promise<OutgoingObject> {
  if (transferSyntaxUid !== found.transferSyntaxUid) {
    return transcodedObject(needs, found, transferSyntaxUid, signal);
  }
  return outgoingAsStored(needs, found, signal);
}

/** As `openServed`, from start to end. */
export async function outgoingAsStored(
  needs: { readonly blobs: Pick<BlobStore, 'open'> },
  object: ObjectNames,
  signal: AbortSignal,
): Promise<OutgoingObject> {
  const served = await openServed(needs, object, signal);
  const { sizeBytes } = served;
  const chunks = closingChunks(served.read(0, sizeBytes), () => served.close());
  return { transferSyntaxUid: object.transferSyntaxUid, sizeBytes, chunks };
}
