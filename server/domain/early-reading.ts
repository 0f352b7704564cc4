import type { DicomReader, StagedFile } from './ingest-ports.ts';
import type { InstanceFacts } from './material-ports.ts';

/** Bytes that hold the header of most objects. */
const HEAD_BYTES = 32 * 1024;

/**
 * Reads a DICOM object while most of it is still on its way, from its first bytes. It counts only if the file then has
 * the length these bytes promise; whatever is out of the ordinary is left to the reader of the whole file.
 */
export class EarlyReading {
  readonly #reader: DicomReader;
  readonly #signal: AbortSignal;
  #reading: Promise<{ readonly facts: InstanceFacts; readonly sizeBytes: number } | null> | null = null;

  constructor(reader: DicomReader, signal: AbortSignal) {
    this.#reader = reader;
    this.#signal = signal;
  }

  /** Passes `bytes` on and begins to read once there are enough of them. */
  async *watch(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    let head: Uint8Array[] | null = [];
    let gathered = 0;
    for await (const piece of bytes) {
      if (head !== null) {
        head.push(piece);
        gathered += piece.byteLength;
        if (gathered >= HEAD_BYTES) {
          this.#begin(joined(head, HEAD_BYTES));
          head = null;
        }
      }
      yield piece;
    }
  }

  /** What was found; null when the file has to be read. */
  async factsOf(file: StagedFile): Promise<InstanceFacts | null> {
    const found = await this.#reading;
    return found !== null && found.sizeBytes === file.sizeBytes ? found.facts : null;
  }

  #begin(head: Uint8Array): void {
    // A reader in trouble says so again when it is given the file.
    this.#reading = this.#reader.readHead(head, this.#signal).catch(() => null);
  }
}

function joined(pieces: readonly Uint8Array[], lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  let at = 0;
  for (const piece of pieces) {
    const part = piece.subarray(0, lengthBytes - at);
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}
