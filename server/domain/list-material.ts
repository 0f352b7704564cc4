import type {
  DisplaySetSummary,
  Material,
  SeriesSummary,
  SlideSummary,
  StudySummary,
  UploadOutcome,
} from '#shared/api/material.ts';
import type { InstanceDescription } from '#shared/dicom/instance.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId, SlideId } from '#shared/ids.ts';
import type { SlideDescription } from '#shared/imaging/pyramid.ts';
import { tileVersion } from '#shared/imaging/tile-version.ts';
import type { DisplaySetReader } from './display-sets.ts';
import type { InstanceRow, RepairRow, SeriesRow, StoredSlide } from './material-ports.ts';
import type { Principal, Repositories } from './ports.ts';
import type { InstanceReach } from './reach-ports.ts';
import { reachOf } from './search-reach.ts';
import { seriesRepairs } from './series-repairs.ts';

interface MaterialNeeds {
  readonly db: Pick<Repositories, 'material'>;
  readonly displaySets: Pick<DisplaySetReader, 'setsOf'>;
}

/** Everything a consultation holds, as its pages show it. */
export async function listMaterialOf(
  { db, displaySets }: MaterialNeeds,
  consultationId: ConsultationId,
  reach: InstanceReach,
): Promise<Material> {
  const [rows, series, repairs, slides, documents] = [
    await db.material.instanceRows(reach, {}),
    await db.material.seriesRows(reach, {}),
    await db.material.repairRows(reach, {}),
    await db.material.slides([consultationId]),
    await db.material.documents(consultationId),
  ];
  const sets = new Map<string, DisplaySetSummary[]>();
  for (const [key, instances] of Map.groupBy(rows, keyOf)) sets.set(key, await displaySets.setsOf(instances));
  return {
    studies: studiesOf(rows, series, repairs, sets),
    slides: slides.map((slide) => slideSummary(slide, reach.labelsOf.includes(consultationId))),
    documents: documents.map(({ id, name, mediaType, sizeBytes, sha256 }) => ({
      ...{ id, name, mediaType, sizeBytes, sha256 },
    })),
  };
}

/** What became of each finished upload, newest first. */
export async function listOutcomes(
  { db }: Pick<MaterialNeeds, 'db'>,
  consultationId: ConsultationId,
): Promise<UploadOutcome[]> {
  const outcomes = await db.material.outcomes(consultationId);
  return outcomes.map(({ consultationId: _, ...outcome }) => outcome);
}

/** Every slide the person may see. */
export async function listSlides(
  { db }: { readonly db: Pick<Repositories, 'material'> },
  principal: Pick<Principal, 'userId' | 'role'>,
): Promise<SlideSummary[]> {
  const reach = reachOf(principal);
  const slides = await db.material.visibleSlides(reach);
  const labelled = await db.material.visibleSlides({ ...reach, visibility: reach.labels });
  const shown = new Set(labelled.map(({ id }) => id));
  return slides.map((slide) => slideSummary(slide, shown.has(slide.id)));
}

/** One slide. Throws NOT_FOUND. */
export async function readSlide(
  { db }: Pick<MaterialNeeds, 'db'>,
  slideId: SlideId,
  { labelsOf }: Pick<InstanceReach, 'labelsOf'>,
): Promise<SlideSummary> {
  const slide = await db.material.slide(slideId);
  if (slide === null) throw new AppError('NOT_FOUND');
  return slideSummary(slide, labelsOf.includes(slide.consultationId));
}

function slideSummary(
  { id, consultationId, name, sizeBytes, sha256, description, side }: StoredSlide,
  showsLabel: boolean,
): SlideSummary {
  return {
    ...{ id, consultationId, name, sizeBytes, sha256 },
    format: description.format,
    vendor: description.vendor ?? '',
    width: description.width,
    height: description.height,
    levels: description.levels.map((level) => ({ ...level })),
    mppX: description.mppX,
    mppY: description.mppY,
    mppSource: description.mppSource,
    objectivePower: description.objectivePower,
    ...slideFacts(description),
    tileVersion: tileVersion(side?.sha256 ?? null),
    overview: overviewOf(side),
    // Pages offer what is listed here.
    associatedImages: description.associatedImages.filter(({ name }) => showsLabel || name === 'thumbnail'),
  };
}

/** How far the levels are that the slide lacks; null when none is, or no longer. */
function overviewOf(side: StoredSlide['side']): SlideSummary['overview'] {
  if (side === null || side.state === 'ready') return null;
  return { state: side.state, percent: side.percent, failure: side.failure };
}

/** What older rows of the table may lack. */
function slideFacts(description: Partial<SlideDescription>) {
  const { statedMpps, mppsDisagree, scanner, stain, focalPlanes, channels, origin, hasIccProfile } = description;
  const planes = focalPlanes ?? [{ zUm: null }];
  return {
    statedMpps: (statedMpps ?? []).map((one) => ({ ...one })),
    mppsDisagree: mppsDisagree ?? false,
    scanner: scanner ?? null,
    stain: stain ?? null,
    compression: description.compression ?? null,
    focalPlanes: planes.map((one) => ({ ...one })),
    defaultFocalPlane: description.defaultFocalPlane ?? Math.floor(planes.length / 2),
    channels: (channels ?? [{ name: 'colour', colour: null, window: null }]).map((one) => ({ ...one })),
    origin: origin ?? null,
    iccProfile: hasIccProfile === true ? { name: description.iccProfileName ?? null } : null,
  };
}

function studiesOf(
  rows: readonly InstanceRow[],
  series: readonly SeriesRow[],
  repairRows: readonly RepairRow[],
  sets: ReadonlyMap<string, DisplaySetSummary[]>,
): StudySummary[] {
  const repairs = Map.groupBy(repairRows, keyOf);
  const instances = Map.groupBy(rows, keyOf);
  const studies = Map.groupBy(series, (row) => row.studyUid);
  return [...studies].map(([studyUid, members]) => {
    const described = members.map((row) => ({ row, description: descriptionOf(row) }));
    const first = described[0]?.description;
    return {
      studyUid,
      description: first?.studyDescription ?? '',
      studyDate: dicomDate(first?.studyDate ?? null),
      modalities: [...new Set(members.map(({ modality }) => modality))].sort(),
      patientName: first?.patientName ?? '',
      patientId: first?.patientId ?? '',
      patientIdIssuer: first?.patientIdIssuer ?? '',
      patientBirthDate: first?.patientBirthDate ?? null,
      series: described
        .map(({ row, description }) => ({
          ...seriesSummary(row, description, instances.get(keyOf(row)) ?? []),
          repairs: seriesRepairs(repairs.get(keyOf(row)) ?? []),
          displaySets: sets.get(keyOf(row)) ?? [],
        }))
        .sort(
          (a, b) =>
            (a.seriesNumber ?? Infinity) - (b.seriesNumber ?? Infinity) || a.seriesUid.localeCompare(b.seriesUid),
        ),
    };
  });
}

/** Careless senders use one series UID in several studies. */
function keyOf({ studyUid, seriesUid }: Pick<InstanceRow, 'studyUid' | 'seriesUid'>): string {
  return `${studyUid} ${seriesUid}`;
}

function seriesSummary(
  row: SeriesRow,
  description: Partial<InstanceDescription>,
  instances: readonly InstanceRow[],
): Omit<SeriesSummary, 'repairs' | 'displaySets'> {
  const images = instances.filter(({ frameCount }) => frameCount > 0);
  return {
    seriesUid: row.seriesUid,
    seriesNumber: description.seriesNumber ?? null,
    modality: row.modality,
    description: description.seriesDescription ?? '',
    instanceCount: row.instanceCount,
    frameCount: instances.reduce((sum, { frameCount }) => sum + frameCount, 0),
    isImage: images.length > 0,
    representativeInstanceUid: images[Math.floor(images.length / 2)]?.sopInstanceUid ?? null,
  };
}

/** Written by ingest from an InstanceDescription; an older one may lack what was added since. */
function descriptionOf(row: SeriesRow): Partial<InstanceDescription> {
  return JSON.parse(row.description) as Partial<InstanceDescription>;
}

/** ISO date, or date and time, to DICOM DA. */
function dicomDate(iso: string | null): string | null {
  return iso === null ? null : iso.slice(0, 10).replaceAll('-', '');
}
