import { randomUUID } from 'node:crypto';
import type { Annotation } from '#shared/annotation/annotation.ts';
import { conceptKey } from '#shared/annotation/annotation-class.ts';
import { ExchangeFileError, type ExchangeShape } from '#shared/annotation/formats/exchange.ts';
import { type RecognisedShapes, readShapes } from '#shared/annotation/formats/read-shapes.ts';
import { boundsOf, type Geometry, liesWithin } from '#shared/annotation/geometry.ts';
import { measureGeometry } from '#shared/annotation/measure.ts';
import type { ImportedAnnotations } from '#shared/api/annotation-files.ts';
import { AppError } from '#shared/errors.ts';
import type { AnnotationId, ConsultationId, SlideId } from '#shared/ids.ts';
import type { SlideView } from '#shared/imaging/view-state.ts';
import { findAnnotatedImage } from './annotated-image.ts';
import { openDesk } from './expert-desk.ts';
import type { Clock, Database, Principal } from './ports.ts';

interface ImportAnnotations {
  readonly principal: Principal;
  readonly consultationId: ConsultationId;
  readonly slideId: SlideId;
  /** The text of the file, in any format `readShapes` knows. */
  readonly file: string;
}

/** A shape is shown with so much around it, and never larger than this many level-0 pixels across. */
const MARGIN = 0.5;
const SMALLEST_VIEW_PX = 512;

/**
 * Adds the shapes of another program's file to a slide, as annotations of the caller, all or none. What the caller has
 * there already is not added again, so that sending a file twice changes nothing; what cannot be taken is told with its
 * place in the file.
 *
 * Throws ANNOTATION_FILE_INVALID, ANNOTATION_TARGET_UNKNOWN, NOT_ALLOWED, REPORT_SIGNED.
 */
export async function importAnnotations(
  { db, clock }: { db: Database; clock: Clock },
  { principal, consultationId, slideId, file }: ImportAnnotations,
): Promise<ImportedAnnotations> {
  const target = { kind: 'slide', slideId } as const;
  const image = await findAnnotatedImage(db.material, consultationId, target);
  const read = readFile(file);
  const fits = ({ geometry }: ExchangeShape) => liesWithin(geometry, image.width, image.height);
  const inside = read.shapes.filter(fits);
  const outside = read.shapes.filter((shape) => !fits(shape));
  const refused = [
    ...read.refused,
    ...outside.map(({ place }) => ({
      place,
      reason: `lies outside the slide (${image.width} × ${image.height} px)`,
    })),
  ].sort((a, b) => a.place - b.place);
  const at = clock.now().toISOString();

  return db.transaction(async (repositories) => {
    const desk = await openDesk(repositories, consultationId, principal, 'annotation.write');
    const mine = (await repositories.annotations.list(consultationId)).filter(
      (one) => one.author.id === principal.userId && one.target.kind === 'slide' && one.target.slideId === slideId,
    );
    const known = new Set(mine.map(identity));
    // Records of one moment are listed by their ids: sorted ones keep the order of the file.
    const ids = inside.map(() => randomUUID() as AnnotationId).sort();
    let added = 0;
    for (const { geometry, label, concept } of inside) {
      const key = identity({ geometry, label, concept });
      const id = ids[added];
      if (known.has(key) || id === undefined) continue;
      known.add(key);
      const annotation: Annotation = {
        ...{ target, geometry, label },
        ...(concept && { concept }),
        view: viewAround(geometry),
        measurements: measureGeometry(geometry, image.calibration),
        id,
        consultationId,
        revision: 1,
        author: desk.person,
        createdAt: at,
        updatedAt: at,
      };
      await repositories.annotations.write(annotation, 'create');
      added++;
    }
    await repositories.audit.append({
      actor: principal,
      action: 'annotation.import',
      outcome: 'success',
      consultationId,
      subject: slideId,
      detail: { format: read.format, added, refused: refused.length },
    });
    const present = inside.length - added;
    return { format: read.format, added, present, refused, notes: [...read.notes] };
  });
}

function readFile(file: string): RecognisedShapes {
  try {
    return readShapes(file);
  } catch (error) {
    if (error instanceof ExchangeFileError) throw new AppError('ANNOTATION_FILE_INVALID', { reason: error.reason });
    throw error;
  }
}

function identity({ geometry, label, concept }: ExchangeShape): string {
  return JSON.stringify([geometry, label, concept === undefined ? null : conceptKey(concept)]);
}

/** Nobody saw these shapes here when they were drawn: they are shown whole, with something around them. */
function viewAround(geometry: Geometry): SlideView {
  const { minX, minY, maxX, maxY } = boundsOf(geometry);
  const width = Math.max((maxX - minX) * (1 + 2 * MARGIN), SMALLEST_VIEW_PX);
  const height = Math.max((maxY - minY) * (1 + 2 * MARGIN), SMALLEST_VIEW_PX);
  const [x, y] = [(minX + maxX - width) / 2, (minY + maxY - height) / 2];
  return { kind: 'slide', visible: { x, y, width, height }, rotation: 0 };
}
