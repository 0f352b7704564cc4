import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SlideId } from '#shared/ids.ts';
import { createZipReader } from './archives/zip-reader.ts';
import { createFolderReader } from './blobs/folder-reader.ts';
import { openStaging } from './blobs/staging.ts';
import { createBulkDataReader } from './codecs/bulk-data-reader.ts';
import { createDicomReader } from './codecs/dicom-reader.ts';
import { createDecodePool, createFrameTranscoder } from './codecs/frame-decoder.ts';
import { createFrameRenderer } from './codecs/frame-renderer.ts';
import { createFrameIndexReader } from './codecs/instance-frames.ts';
import { createParsePool } from './codecs/read-dicom-file.ts';
import { createSlideDecodePools, createSlideDecoder } from './codecs/slide-decoder.ts';
import { createDocumentReader, createInspectionPool } from './documents/document-reader.ts';
import { DerivedFrames } from './domain/derived-frames.ts';
import { DerivedObjects } from './domain/derived-objects.ts';
import { DisplaySetReader } from './domain/display-sets.ts';
import { createFrameDirectory } from './domain/frame-directory.ts';
import type { BulkDataReader, SlideImages } from './domain/image-ports.ts';
import type { ImportNeeds } from './domain/import-path.ts';
import type { MeasureServices } from './domain/measure-slide-quality.ts';
import type { BlobStore, Clock, Database, DerivedStore } from './domain/ports.ts';
import type { FrameNeeds } from './domain/read-frames.ts';
import { MetadataReader } from './domain/read-metadata.ts';
import { openRendering, type RenderingNeeds } from './domain/renderable.ts';
import type { SidePyramidMaker } from './domain/side-pyramid-ports.ts';
import type { SlideRegions } from './domain/slide-region-ports.ts';
import type { Log } from './log.ts';
import { openQualityMeasurer } from './slides/quality/quality-measurer.ts';
import { READ_AHEAD, ReadAhead } from './slides/read-ahead.ts';
import { createSidePyramidMaker } from './slides/side-pyramid-maker.ts';
import { createSlideReader } from './slides/slide-reader.ts';
import { openBlobSource } from './tiles/blob-source.ts';
import { SingleFlight } from './tiles/single-flight.ts';
import { createSlideImages } from './tiles/slide-images.ts';
import { createSlidePool } from './tiles/slide-pool.ts';
import { createSlideRegions } from './tiles/slide-regions.ts';
import { createTileService, type TileService } from './tiles/tile-service.ts';
import { createTusGate } from './uploads/tus-gate.ts';
import type { UploadGate } from './uploads/upload-gate.ts';

/** Everything that reads uploads and serves what is stored. */
export interface MaterialServices {
  readonly ingest: ImportNeeds;
  readonly uploads: UploadGate;
  readonly tiles: TileService;
  readonly slideImages: SlideImages;
  readonly slideRegions: SlideRegions;
  /** Measures a stored slide in processes that give way to all others. */
  readonly measureStored: MeasureServices['measureStored'];
  readonly frames: FrameNeeds;
  readonly bulkData: BulkDataReader;
  readonly rendering: RenderingNeeds;
  readonly metadata: MetadataReader;
  readonly sidePyramids: SidePyramidMaker;
  readonly displaySets: DisplaySetReader;
  /** Ingests what a crash left complete and removes what nobody came back for; the server's alone, run at its start. */
  tidyUploads(): void;
  close(): Promise<void>;
}

/** Two processes read headers: more would only take the processor from those who are looking at images. */
const READERS = 2;
/** The second one is started when two pictures are asked for at once. */
const DECODERS = 2;
/** Apart from those of DICOM frames: a slide that is slow to decode keeps no radiologist waiting. */
const SLIDE_DECODERS = 2;
const OPEN_SLIDES = 64;
const TIDYING_MS = 3600 * 1000;

/** Opens readers, pools and folders below `dataDir`. */
export async function openMaterial(options: {
  readonly dataDir: string;
  readonly db: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Log;
  /** For frames in other transfer syntaxes and tiles that were made. */
  readonly derived: { readonly store: DerivedStore; readonly budgetBytes: number };
}): Promise<MaterialServices> {
  const { dataDir, db, blobs, clock, log } = options;
  await mkdir(dataDir, { recursive: true });
  const staging = await openStaging(join(dataDir, 'staging'));
  const parsing = createParsePool(READERS);
  const inspection = createInspectionPool(1);
  const decoders = createDecodePool(DECODERS);
  const slideDecoders = createSlideDecodePools(SLIDE_DECODERS);
  const slideDecoder = createSlideDecoder(slideDecoders);
  const ingest: ImportNeeds = {
    ...{ db, blobs, clock, staging },
    readers: {
      dicom: createDicomReader(parsing),
      slides: createSlideReader(slideDecoder),
      documents: createDocumentReader(inspection),
      archives: createZipReader(staging.reserve),
    },
    folders: createFolderReader(),
    reportDefect: (err, where) => log.error({ err, where }, 'reading an upload failed'),
  };
  const objects = new DerivedObjects({
    ...{ db, clock, ...options.derived },
    reportDefect: (err, where) => log.error({ err, where }, 'what was made of frames, tiles or metadata was not kept'),
  });
  const derived = new DerivedFrames({
    ...{ objects, transcoder: createFrameTranscoder(decoders) },
    flights: new SingleFlight(),
  });
  const readAhead = new ReadAhead();
  // Whatever reads whole slides does so apart, for it would push out what people look at.
  const ahead = (): ReadAhead => new ReadAhead({ ...READ_AHEAD, keptBlocks: 32 });
  const pool = createSlidePool({
    ...{ open: (sha256) => openBlobSource(blobs, sha256, readAhead), maxOpen: OPEN_SLIDES, decoder: slideDecoder },
  });
  const tiles = createTileService(pool, objects);
  const refOf = async (id: SlideId) => {
    const slide = await db.material.slide(id);
    return slide === null ? null : { sha256: slide.sha256, side: slide.side?.sha256 ?? null };
  };
  const quality = openQualityMeasurer((sha256) => openBlobSource(blobs, sha256, ahead()));
  const uploads = await createTusGate({ folder: join(dataDir, 'uploads'), needs: ingest });
  let tidying: NodeJS.Timeout | null = null;
  const tidy = async (): Promise<void> => {
    try {
      const recovered = await uploads.recover();
      const expired = await uploads.removeExpired();
      if (recovered + expired > 0) log.info({ recovered, expired }, 'uploads were tidied');
    } catch (err) {
      log.error({ err }, 'uploads could not be tidied');
    }
  };
  const frames = { directory: createFrameDirectory(db, createFrameIndexReader()), blobs, derived };
  const bulkData = createBulkDataReader(parsing);
  const renderer = createFrameRenderer(decoders);
  return {
    ingest,
    uploads,
    tiles,
    slideImages: createSlideImages(tiles, refOf, () => clock.now().getTime()),
    slideRegions: createSlideRegions(pool, refOf),
    measureStored: quality.measure,
    frames,
    bulkData,
    rendering: openRendering({ db, blobs, frames, bulkData, renderer, staging }),
    metadata: new MetadataReader(db, objects),
    sidePyramids: createSidePyramidMaker({
      open: (sha256) => openBlobSource(blobs, sha256, ahead()),
      reserve: staging.reserve,
    }),
    displaySets: new DisplaySetReader(db),
    tidyUploads() {
      tidying ??= setInterval(tidy, TIDYING_MS).unref();
      void tidy();
    },
    async close() {
      if (tidying !== null) clearInterval(tidying);
      await tiles.close();
      await quality.close();
      await objects.settled();
      const pools = [parsing, inspection, decoders, slideDecoders.tiles, slideDecoders.pictures];
      await Promise.all(pools.map((pool) => pool.close()));
      await staging.close();
    },
  };
}
