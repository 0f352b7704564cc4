import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { deidentifyConsultation } from '#server/domain/deidentify-consultation.ts';
import { everythingIn } from '#server/domain/search-reach.ts';
import { parseRectangles } from '#shared/api/deidentification.ts';
import { consultationIdSchema } from '#shared/consultation/consultation.ts';
import { AppError } from '#shared/errors.ts';
import { type Command, textOption } from './command.ts';

export const deidentifyCommand: Command = {
  name: 'deidentify',
  summary: 'write the DICOM objects of a consultation without what identifies (PS3.15 Annex E) into a new .zip file',
  usage:
    'deidentify --consultation ID --out FILE [--retain-longitudinal] [--retain-device] [--clean-descriptors] ' +
    '[--blank [SERIES:]X,Y,W,H]…',
  details: 'Dates are moved with --retain-longitudinal, else removed. Rectangles are blanked in uncompressed pixels.',
  options: {
    consultation: { type: 'string' },
    out: { type: 'string' },
    'retain-longitudinal': { type: 'boolean' },
    'retain-device': { type: 'boolean' },
    'clean-descriptors': { type: 'boolean' },
    blank: { type: 'string', multiple: true },
  },
  required: ['consultation', 'out'],
  positionals: [],
  async run({ db, deidentification }, input) {
    const id = consultationIdSchema.safeParse(textOption(input, 'consultation'));
    if (!id.success) throw new AppError('REQUEST_INVALID', { where: '--consultation', reason: 'is not an id' });
    const { blank } = input.options;
    const texts = Array.isArray(blank) ? blank.filter((text) => typeof text === 'string') : [];
    const wanted = {
      options: {
        retainLongitudinal: input.options['retain-longitudinal'] === true,
        retainDevice: input.options['retain-device'] === true,
        cleanDescriptors: input.options['clean-descriptors'] === true,
      },
      rectangles: parseRectangles(texts, '--blank'),
    };
    const files = await deidentifyConsultation(
      deidentification,
      { consultationId: id.data, reach: everythingIn(id.data) },
      wanted,
      input.signal,
    );
    const out = textOption(input, 'out');
    // The trail says it before anything leaves, as it does for the route.
    await db.audit.append({
      actor: null,
      action: 'material.export',
      outcome: 'success',
      consultationId: id.data,
      subject: id.data,
      detail: { by: 'operator' },
    });
    await writeNew(out, deidentification.pack(files), input.signal);
    return { result: out, ok: true };
  },
};

/** Half an archive is none: it is removed when it cannot be finished. Nothing that exists is overwritten. */
async function writeNew(path: string, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
  let opened = false;
  file.once('open', () => {
    opened = true;
  });
  try {
    await pipeline(Readable.from(chunks, { objectMode: false }), file, { signal });
  } catch (error) {
    if (opened) await rm(path, { force: true });
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new AppError('REQUEST_INVALID', { where: '--out', reason: 'names a file that is there already' });
    }
    throw error;
  }
}
