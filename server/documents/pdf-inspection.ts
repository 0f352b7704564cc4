import { inflateSync, constants as zlib } from 'node:zlib';
import { AppError } from '#shared/errors.ts';

/**
 * Looks through a PDF (ISO 32000-1) for what acts by itself or carries other files. It is a scan, not a parser: every
 * name in the file outside of coded streams, and in the object streams after inflating them, is compared with a list.
 */

/** Names that are long enough never to occur by chance are looked for in raw stream bytes as well. */
const ACTIVE_NAMES: readonly (readonly [name: string, what: string])[] = [
  ['JavaScript', 'JavaScript'],
  ['JS', 'JavaScript'],
  ['Launch', 'a command to start a program'],
  ['EmbeddedFile', 'an embedded file'],
  ['EmbeddedFiles', 'embedded files'],
  ['Filespec', 'a reference to another file'],
  ['RichMedia', 'embedded media'],
  ['SubmitForm', 'a form that sends data'],
  ['ImportData', 'a form that reads data'],
  ['GoToE', 'a link into an embedded file'],
  ['XFA', 'an active form'],
];

export interface PdfLimits {
  readonly objectStreams: number;
  readonly streamBytes: number;
  readonly totalBytes: number;
}

export const PDF_LIMITS: PdfLimits = {
  objectStreams: 5000,
  streamBytes: 16 * 1024 * 1024,
  totalBytes: 128 * 1024 * 1024,
};

const TAIL_BYTES = 2048;

/** Refuses a PDF that is damaged, protected or active. @throws AppError DOCUMENT_DAMAGED, _ENCRYPTED, _ACTIVE */
export function inspectPdf(bytes: Uint8Array, limits: PdfLimits = PDF_LIMITS): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (!/^%PDF-[12]\.\d/.test(text)) throw damaged('it has no version');
  const tail = text.slice(-TAIL_BYTES);
  if (!tail.includes('%%EOF') || !tail.includes('startxref')) throw damaged('its end is missing');

  let inflatedBytes = 0;
  let objectStreams = 0;
  for (const { outside, raw } of parts(text)) {
    const plain = plainNames(outside);
    if (has(plain, 'Encrypt')) throw new AppError('DOCUMENT_ENCRYPTED', { format: 'PDF' });
    refuseActive(plain, false);
    if (raw === null) continue;
    refuseActive(raw, true);
    // The dictionary of a stream is what stands right before it.
    const dictionary = plain.slice(plain.lastIndexOf('obj') + 3);
    if (!has(dictionary, 'ObjStm')) continue;
    objectStreams += 1;
    if (objectStreams > limits.objectStreams) throw damaged(`it has more than ${limits.objectStreams} object streams`);
    const objects = inflateObjects(dictionary, raw, limits);
    inflatedBytes += objects.length;
    if (inflatedBytes > limits.totalBytes) throw damaged('its object streams are too large');
    refuseActive(plainNames(objects), false);
  }
}

function damaged(reason: string): AppError {
  return new AppError('DOCUMENT_DAMAGED', { format: 'PDF', reason });
}

/** Cuts the file into text and the raw bytes of the stream after it. */
function* parts(text: string): Generator<{ outside: string; raw: string | null }> {
  const begin = /\bstream(\r\n|\n|\r)/g;
  let at = 0;
  for (;;) {
    begin.lastIndex = at;
    const start = begin.exec(text);
    if (start === null) {
      yield { outside: text.slice(at), raw: null };
      return;
    }
    const from = start.index + start[0].length;
    const end = text.indexOf('endstream', from);
    const to = end === -1 ? text.length : end;
    yield { outside: text.slice(at, start.index), raw: text.slice(from, to) };
    at = to;
  }
}

/** Names may write any character as #xx (section 7.3.5); a name hidden that way still counts. */
function plainNames(text: string): string {
  if (!text.includes('#')) return text;
  return text.replace(/#([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function has(text: string, name: string): boolean {
  for (let at = text.indexOf(`/${name}`); at !== -1; at = text.indexOf(`/${name}`, at + 1)) {
    const after = text.charCodeAt(at + name.length + 1);
    // A name ends at white space, a delimiter or the end (section 7.2.2).
    if (Number.isNaN(after) || after <= 32 || '()<>[]{}/%'.includes(String.fromCharCode(after))) return true;
  }
  return false;
}

function refuseActive(text: string, longNamesOnly: boolean): void {
  for (const [name, what] of ACTIVE_NAMES) {
    if (longNamesOnly && name.length < 8) continue;
    if (has(text, name)) throw new AppError('DOCUMENT_ACTIVE', { format: 'PDF', what });
  }
}

function inflateObjects(dictionary: string, raw: string, limits: PdfLimits): string {
  // One name, or an array of names (section 7.3.8.2).
  const filter = /\/Filter\s*(\/\w+|\[[^\]]*\])/.exec(dictionary)?.[1]?.replace(/[[\]\s]/g, '');
  if (filter === undefined && !has(dictionary, 'Filter')) return raw;
  if ((filter !== '/FlateDecode' && filter !== '/Fl') || has(dictionary, 'Predictor')) {
    throw damaged('its object streams are coded in a way that cannot be inspected');
  }
  try {
    // Readers accept streams whose end is cut; what can be read of them counts here too.
    const inflated = inflateSync(Buffer.from(raw, 'latin1'), {
      finishFlush: zlib.Z_SYNC_FLUSH,
      maxOutputLength: limits.streamBytes,
    });
    return inflated.toString('latin1');
  } catch {
    throw damaged('an object stream cannot be inflated');
  }
}
