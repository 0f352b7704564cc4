import type { AnnotationDraft, Target } from '#shared/annotation/annotation.ts';
import type { Geometry } from '#shared/annotation/geometry.ts';
import { measureGeometry } from '#shared/annotation/measure.ts';
import { measurePixels, measuresPixels, type PixelMeaning } from '#shared/annotation/measure-pixels.ts';
import type { Measurement, MeasurementName } from '#shared/annotation/measurement.ts';
import { suvKindOf, suvMeaning } from '#shared/annotation/suv-meaning.ts';
import { AppError } from '#shared/errors.ts';
import type { AnnotatedImage, PixelReader } from './picture-ports.ts';

/** Numbers from a screen differ in the last places: relative to the value, or absolute near zero. */
const RELATIVE_TOLERANCE = 1e-3;
const ABSOLUTE_TOLERANCE = 1e-3;

const OF_PIXELS: readonly MeasurementName[] = ['mean', 'standard-deviation', 'minimum', 'maximum', 'median', 'value'];

/**
 * Every measurement of a shape, computed from the stored image. What was sent must agree in value, unit and
 * provenance, else MEASUREMENT_MISMATCH; what was left out is filled in. When the frame cannot be decoded here,
 * statistics that were sent are refused with the reason, and none are stored.
 */
export async function checkMeasurements(
  {
    target,
    geometry,
    calibration,
    measurements: sent,
  }: Pick<AnnotationDraft, 'target' | 'geometry' | 'calibration' | 'measurements'>,
  image: AnnotatedImage,
  pixels: PixelReader,
  signal: AbortSignal,
): Promise<Measurement[]> {
  const wantsStatistics = sent.some(({ name }) => OF_PIXELS.includes(name));
  const statistics = await measureValues(target, geometry, meaningOf(image, sent), pixels, signal).catch(
    (error: unknown) => {
      if (wantsStatistics || !(error instanceof AppError) || signal.aborted) throw error;
      return [];
    },
  );
  const computed = [...measureGeometry(geometry, image.calibration, calibration), ...statistics];
  for (const measurement of sent) compareMeasurement(measurement, computed);
  return computed;
}

/** What values mean in the unit that was sent: a PET image can be measured as activity and as SUV of each kind. */
function meaningOf({ meaning, pet }: AnnotatedImage, sent: readonly Measurement[]): PixelMeaning | null {
  const kind = sent.map(({ unit }) => suvKindOf(unit)).find((one) => one !== null);
  return kind === undefined || pet === null ? meaning : (suvMeaning(kind, pet) ?? meaning);
}

async function measureValues(
  target: Target,
  geometry: Geometry,
  meaning: PixelMeaning | null,
  pixels: PixelReader,
  signal: AbortSignal,
): Promise<Measurement[]> {
  if (target.kind !== 'frame' || meaning === null || !measuresPixels(geometry)) return [];
  const frame = await pixels.frameValues(target.sopInstanceUid, target.frameNumber, signal);
  return measurePixels(frame, geometry, meaning);
}

/** MEASUREMENT_MISMATCH unless what was sent is among what was computed, in value, unit and provenance. */
export function compareMeasurement(sent: Measurement, computed: readonly Measurement[]): void {
  const own = computed.find(({ name }) => name === sent.name);
  const tolerance = Math.max(ABSOLUTE_TOLERANCE, Math.abs(own?.value ?? 0) * RELATIVE_TOLERANCE);
  const agrees =
    own !== undefined &&
    own.unit === sent.unit &&
    own.provenance === sent.provenance &&
    Math.abs(own.value - sent.value) <= tolerance;
  if (agrees) return;
  throw new AppError('MEASUREMENT_MISMATCH', {
    name: sent.name,
    sent: sent.value,
    unit: sent.unit,
    computed: own?.value ?? 'no such',
    computedUnit: own?.unit ?? 'value',
  });
}
