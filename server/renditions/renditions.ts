import type { PixelReader, RenditionFile, RenditionInput, RenditionMaker } from '#server/domain/picture-ports.ts';
import { authorColors } from '#shared/annotation/palette.ts';
import { AppError } from '#shared/errors.ts';
import type { AnnotationId } from '#shared/ids.ts';
import { type Figure, type ReportDocument, reportDocument } from '#shared/report/blocks.ts';
import { makeKeyImage } from './key-image.ts';
import { typesetReport } from './report-pdf.ts';

/** What the rows of the table work on; `pictures` fills as the run goes on. */
interface Run extends RenditionInput {
  readonly document: ReportDocument;
  readonly figures: readonly Figure[];
  readonly pixels: PixelReader;
  /** JPEG files of the figures, for renditions that show them. */
  readonly pictures: Map<AnnotationId, Uint8Array>;
}

interface Rendition {
  readonly kind: RenditionFile['kind'];
  readonly mediaType: string;
  produce(run: Run, signal: AbortSignal): AsyncIterable<{ name: string; bytes: Uint8Array }>;
}

/** In this order: later rows use what earlier ones made. A new kind of file is a row more. */
const RENDITIONS: readonly Rendition[] = [
  { kind: 'key-image', mediaType: 'image/png', produce: keyImages },
  { kind: 'pdf', mediaType: 'application/pdf', produce: pdf },
];

/** Makes the files of signed reports from stored pixels. */
export function createRenditionMaker(pixels: PixelReader): RenditionMaker {
  return {
    async *produce(input, signal) {
      const document = reportDocument(input.report, input.sha256);
      const run: Run = { ...input, document, figures: figuresOf(document), pixels, pictures: new Map() };
      for (const { kind, mediaType, produce } of RENDITIONS) {
        for await (const file of produce(run, signal)) yield { kind, mediaType, ...file };
      }
    },
  };
}

async function* keyImages(run: Run, signal: AbortSignal) {
  const { report, figures, images, pixels, pictures, leaveOutFailures, onLeftOut } = run;
  const colourOf = authorColors(report.annotations);
  for (const { annotationId, number } of figures) {
    const annotation = report.annotations.find(({ id }) => id === annotationId);
    const image = images.get(annotationId);
    if (annotation === undefined || image === undefined) continue;
    const colour = colourOf(annotation.author.id);
    const picture = await makeKeyImage(pixels, { annotation, number, image, colour }, signal).catch(
      (error: unknown) => {
        // What the image itself refuses will be refused again; anything else may go away and is tried again.
        if (signal.aborted || !(error instanceof AppError || leaveOutFailures)) throw error;
        onLeftOut(error, annotationId);
        return null;
      },
    );
    if (picture === null) continue;
    pictures.set(annotationId, picture.jpeg);
    yield { name: annotationId, bytes: picture.png };
  }
}

async function* pdf({ document, pictures }: Run, signal: AbortSignal) {
  yield { name: '', bytes: await typesetReport(document, pictures, signal) };
}

function figuresOf({ blocks }: ReportDocument): Figure[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'finding') return block.figures;
    return block.kind === 'figure' ? [block.figure] : [];
  });
}
