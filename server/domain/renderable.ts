import { type CineTiming, cineTimingOf } from '#shared/dicom/cine-timing.ts';
import type { DicomJsonDataset } from '#shared/dicom/dicom-json.ts';
import type { InstanceDescription } from '#shared/dicom/instance.ts';
import { type PresentationState, readPresentationState } from '#shared/dicom/presentation-state.ts';
import { transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
import { AppError } from '#shared/errors.ts';
import type { Sha256, SopInstanceUid } from '#shared/ids.ts';
import type { FrameDirectory, InstancePlace } from './frame-directory.ts';
import { PictureCache } from './picture-cache.ts';
import type { BlobStore, Repositories } from './ports.ts';
import type { InstanceReach } from './reach-ports.ts';
import type { BulkDataNeeds } from './read-bulk-data.ts';
import type { FrameNeeds } from './read-frames.ts';
import type { PictureRenderer, PictureSource } from './rendering-ports.ts';

/** Instances remembered: looking at a stack asks for its frames one after the other. */
const REMEMBERED = 500;
/** What is longer than that as text is read anew each time, so that what is remembered stays small. */
const REMEMBERED_CHARACTERS = 1024 * 1024;
/** Some four hundred pictures of CT slices; one that is made again takes two milliseconds. */
const PICTURE_CACHE_BYTES = 16 * 1024 * 1024;

/** What an instance can be rendered to (PS3.18 section 8.7.4, resource categories). */
export type RenderableKind = 'picture' | 'video' | 'report' | 'presentation' | 'document' | 'none';

export interface Renderable {
  readonly place: InstancePlace;
  readonly sha256: Sha256;
  readonly kind: RenderableKind;
  readonly frameCount: number;
  readonly transferSyntaxUid: string;
  readonly description: InstanceDescription;
  /** For pictures alone. */
  readonly source: PictureSource | null;
  readonly cine: CineTiming;
  /** Tag path of the ICC profile (0028,2000), as bulk data is addressed; null where there is none. */
  readonly iccProfileAt: string | null;
  /** For presentation states alone. */
  readonly presentation: PresentationState | null;
  /** Of an encapsulated document (PS3.3 C.24.2). */
  readonly document: { readonly mediaType: string; readonly lengthBytes: number | null } | null;
}

export interface RenderingNeeds {
  readonly db: Pick<Repositories, 'material'>;
  readonly blobs: BlobStore;
  readonly directory: FrameDirectory;
  readonly renderer: PictureRenderer;
  readonly bulkData: BulkDataNeeds;
  readonly pictures: PictureCache;
  readonly known: Map<SopInstanceUid, Renderable>;
}

export function openRendering(options: {
  readonly db: Pick<Repositories, 'material'>;
  readonly blobs: BlobStore;
  readonly frames: FrameNeeds;
  readonly bulkData: BulkDataNeeds['bulkData'];
  readonly staging: BulkDataNeeds['staging'];
  readonly renderer: PictureRenderer;
}): RenderingNeeds {
  const { db, blobs, frames, bulkData, staging, renderer } = options;
  const { directory } = frames;
  return {
    ...{ db, blobs, directory, renderer },
    bulkData: { directory, blobs, bulkData, staging },
    pictures: new PictureCache(PICTURE_CACHE_BYTES),
    known: new Map(),
  };
}

/** The instance at a place of the DICOM tree, if one of the consultations holds it. Throws NOT_FOUND. */
export async function findRenderable(
  needs: RenderingNeeds,
  reach: InstanceReach,
  place: InstancePlace,
): Promise<Renderable> {
  const { db, directory, known, renderer } = needs;
  // Asked each time: who may see what is not remembered here.
  const { sha256, transferSyntaxUid } = await directory.find(reach, place);
  const found = known.get(place.sopInstanceUid);
  if (found !== undefined) {
    known.delete(place.sopInstanceUid);
    known.set(place.sopInstanceUid, found);
    return found;
  }
  const stored = await db.material.instance(place.sopInstanceUid);
  if (stored === null) throw new AppError('NOT_FOUND');
  const { description: descriptionText, metadata: metadataText } = stored;
  // Both were written by ingest from values of these types.
  const description = JSON.parse(descriptionText) as InstanceDescription;
  const metadata = JSON.parse(metadataText) as DicomJsonDataset;
  const { studyUid, seriesUid, sopInstanceUid } = place;
  const kind = renderableKind(description.kind, stored.frameCount > 0, transferSyntaxUid);
  const renderable: Renderable = {
    ...{ place: { studyUid, seriesUid, sopInstanceUid }, sha256, transferSyntaxUid },
    frameCount: stored.frameCount,
    description: description.image === null ? description : { ...description, image: withoutPlanes(description.image) },
    kind,
    source: renderer.open(stored),
    cine: cineTimingOf(metadata),
    iccProfileAt: iccProfilePlace(metadata),
    presentation: kind === 'presentation' ? readPresentationState(metadata) : null,
    document: documentOf(metadata),
  };
  const characters =
    descriptionText.length + (kind === 'presentation' ? metadataText.length : 0) + (stored.frameIndex?.length ?? 0);
  if (characters <= REMEMBERED_CHARACTERS) {
    if (known.size >= REMEMBERED) for (const oldest of [...known.keys()].slice(0, 1)) known.delete(oldest);
    known.set(sopInstanceUid, renderable);
  }
  return renderable;
}

/** Whether and to what an instance can be rendered, from what a list of instances tells of it. */
export function renderableKind(
  kind: InstanceDescription['kind'],
  hasFrames: boolean,
  transferSyntaxUid: string,
): RenderableKind {
  if (hasFrames) return transferSyntaxOf(transferSyntaxUid).coding === 'video' ? 'video' : 'picture';
  if (kind === 'presentation') return kind;
  if (kind === 'structured-report' || kind === 'key-objects') return 'report';
  return kind === 'document' ? 'document' : 'none';
}

function withoutPlanes(image: NonNullable<InstanceDescription['image']>): InstanceDescription['image'] {
  return { ...image, framePlanes: null };
}

/** At the top, or in the first optical path of a slide (PS3.3 C.8.12.5). */
function iccProfilePlace(metadata: DicomJsonDataset): string | null {
  if (metadata['00282000'] !== undefined) return '00282000';
  const path = metadata['00480105']?.Value?.[0] as DicomJsonDataset | undefined;
  return path?.['00282000'] === undefined ? null : '00480105/1/00282000';
}

/** MIME Type (0042,0012) and Encapsulated Document Length (0042,0015), without which the pad byte stays. */
function documentOf(metadata: DicomJsonDataset): Renderable['document'] {
  const mediaType = String(metadata['00420012']?.Value?.[0] ?? '').toLowerCase();
  if (!/^[a-z]+\/[\w.+-]{1,100}$/.test(mediaType)) return null;
  const lengthBytes = metadata['00420015']?.Value?.[0];
  return { mediaType, lengthBytes: typeof lengthBytes === 'number' ? lengthBytes : null };
}
