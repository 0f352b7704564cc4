import type { AppError } from '#shared/errors.ts';
import type { SlideDescription } from '#shared/imaging/pyramid.ts';
import type { InstanceFacts } from './material-ports.ts';
import type { Fingerprint } from './ports.ts';

/** What reading an uploaded file needs of the world. Every reader is bounded in time and memory. */

/** A file of our own that nobody else holds: it is adopted by the blob store or discarded. */
export interface StagedFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Known when the bytes were hashed on their way to the disk; reading them again is then spared. */
  readonly fingerprint?: Fingerprint;
  /** Settles when the bytes are durable: they go there while the file is read. Absent when nobody has begun. */
  readonly durable?: Promise<void>;
}

/** Files on their way in, in a folder on the file system of the blob store. */
export interface Staging {
  /** The first bytes of a file, fewer when it is shorter, and its size. */
  head(path: string, lengthBytes: number): Promise<{ bytes: Uint8Array; sizeBytes: number }>;
  /** Copies a file that is not ours. Throws STORAGE_FULL. */
  copy(path: string, signal: AbortSignal): Promise<StagedFile>;
  /** Writes bytes as they come and hashes them. Leaves nothing behind when `bytes` fails. Throws STORAGE_FULL. */
  write(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<StagedFile>;
  /** The bytes of a staged file from an offset on. */
  read(path: string, offsetBytes: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Removes a staged file; does nothing when it is gone. */
  discard(path: string): Promise<void>;
}

export interface DicomReader {
  /** Throws a sentence for everything that is wrong with the file. */
  read(path: string, signal: AbortSignal): Promise<InstanceFacts>;
  /**
   * What `read` will find in a file that begins with these bytes, if it has `sizeBytes`; null when they do not tell.
   * Throws no sentences: whatever is wrong is for `read` to say.
   */
  readHead(
    head: Uint8Array,
    signal: AbortSignal,
  ): Promise<{ readonly facts: InstanceFacts; readonly sizeBytes: number } | null>;
}

export interface SlideReader {
  /** True for a .zip that is the folder of a slide rather than an archive of files. Reads its directory at most. */
  isSlideFolder(path: string, signal: AbortSignal): Promise<boolean>;
  /** Opens the slide, decodes a sample of it and says what it is. Throws a sentence otherwise. */
  describe(path: string, signal: AbortSignal): Promise<SlideDescription>;
}

/** Examines documents; each throws a sentence for a file that is damaged, too large or carries active content. */
export interface DocumentReader {
  pdf(path: string, signal: AbortSignal): Promise<void>;
  picture(path: string, format: 'JPEG' | 'PNG', signal: AbortSignal): Promise<{ width: number; height: number }>;
  text(path: string, signal: AbortSignal): Promise<void>;
}

/** One entry of an archive, unpacked to a staged file the caller owns, or the reason why it was not. */
export type ArchivedFile =
  | { readonly name: string; readonly file: StagedFile }
  | { readonly name: string; readonly refusal: AppError };

export interface ArchiveReader {
  /**
   * Unpacks one entry after the other. Folders and the droppings of file managers are passed over. Throws a sentence
   * when the archive as a whole is damaged or too large.
   */
  files(path: string, signal: AbortSignal): AsyncIterable<ArchivedFile>;
}

/** Walks what a person names on the command line. */
export interface FolderReader {
  /** Regular files below `path` with their path relative to it; symbolic links are not followed. */
  files(path: string, signal: AbortSignal): AsyncIterable<{ name: string; path: string; sizeBytes: number }>;
}

export interface IngestReaders {
  readonly dicom: DicomReader;
  readonly slides: SlideReader;
  readonly documents: DocumentReader;
  readonly archives: ArchiveReader;
}

/** Told about a defect of ours while the caller goes on with the next file. */
export type DefectReport = (error: unknown, where: string) => void;
