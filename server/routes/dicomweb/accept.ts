import type { FastifyRequest } from 'fastify';
import { AppError } from '#shared/errors.ts';
import { type MediaType, parseMediaType, splitOutsideQuotes } from './media-type.ts';

/** Content negotiation as DICOMweb has it (PS3.18 sections 8.3.3 and 8.7): media ranges with type and transfer-syntax. */

export interface AcceptedType {
  /** Lower case, such as `multipart/related`. */
  readonly mediaType: string;
  /** The root type of a multipart answer, lower case; null when the client leaves it open. */
  readonly partType: string | null;
  /** `*`, a UID, or null when the client leaves it open. */
  readonly transferSyntax: string | null;
  /** 0 to 1 (RFC 9110 section 12.4.2); 0 refuses. */
  readonly quality: number;
}

/** One way in which an answer can be sent. */
export interface Form {
  readonly multipart: boolean;
  /** Of the answer, or of each part of it. */
  readonly mediaType: string;
  /** Null for forms that have none, such as JSON. */
  readonly transferSyntaxUid: string | null;
}

const ANYTHING: AcceptedType = { mediaType: '*/*', partType: null, transferSyntax: null, quality: 1 };

/** What the client accepts: the query parameter `accept` counts before the header (PS3.18 section 8.3.3.1). */
export function acceptOf(request: FastifyRequest): AcceptedType[] {
  const { accept } = request.query as Record<string, unknown>;
  return parseAccept(typeof accept === 'string' && accept !== '' ? accept : request.headers.accept);
}

/** The media ranges in the order written; an absent header accepts anything. */
export function parseAccept(header: string | undefined): AcceptedType[] {
  if (header === undefined || header.trim() === '') return [ANYTHING];
  const ranges = splitOutsideQuotes(header, ',').map(parseMediaType);
  return ranges.flatMap(({ name, parameters }) => {
    if (name === '') return [];
    return {
      mediaType: name === '*' ? '*/*' : name,
      partType: parameters.get('type')?.toLowerCase() ?? null,
      transferSyntax: parameters.get('transfer-syntax') ?? null,
      quality: qualityOf(parameters),
    };
  });
}

function qualityOf(parameters: MediaType['parameters']): number {
  const text = parameters.get('q');
  // A weight nobody can read is no reason to withhold the answer.
  return text !== undefined && /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(text) ? Number(text) : 1;
}

/**
 * The form of the answer: highest quality first, then the order of the client's ranges, then the order of `forms`. For
 * each form the most exact range that fits says the quality (RFC 9110 section 12.5.1).
 * @throws AppError MEDIA_TYPE_UNAVAILABLE with the list of forms
 */
export function chooseForm<F extends Form>(accepted: readonly AcceptedType[], forms: readonly F[]): F {
  let best: { form: F; quality: number; position: number } | null = null;
  for (const form of forms) {
    const said = verdict(accepted, form);
    if (said === null || said.quality === 0) continue;
    const better =
      best === null || said.quality > best.quality || (said.quality === best.quality && said.position < best.position);
    if (better) best = { form, ...said };
  }
  if (best === null) throw new AppError('MEDIA_TYPE_UNAVAILABLE', { available: forms.map(formText).join(', ') });
  return best.form;
}

/** The forms of bytes that exist in one transfer syntax; a single part is possible for one frame or instance only. */
export function formsOf(
  stored: { readonly mediaType: string; readonly transferSyntaxUid: string },
  single: boolean,
): Form[] {
  const { mediaType, transferSyntaxUid } = stored;
  // Bytes of a picture may always go as plain bytes too; an object is an object.
  const types = mediaType === 'application/dicom' ? [mediaType] : [...new Set(['application/octet-stream', mediaType])];
  return [true, false]
    .filter((multipart) => multipart || single)
    .flatMap((multipart) => types.map((type) => ({ multipart, mediaType: type, transferSyntaxUid })));
}

function verdict(accepted: readonly AcceptedType[], form: Form): { quality: number; position: number } | null {
  let found: { exactness: number; quality: number; position: number } | null = null;
  for (const [position, range] of accepted.entries()) {
    const exactness = exactnessOf(range, form);
    if (exactness === null || (found !== null && exactness <= found.exactness)) continue;
    found = { exactness, quality: range.quality, position };
  }
  return found;
}

/** How exactly the range names the form; null when it does not cover it. */
function exactnessOf({ mediaType, partType, transferSyntax }: AcceptedType, form: Form): number | null {
  const open = transferSyntax === null || transferSyntax === '*' || form.transferSyntaxUid === null;
  if (!open && transferSyntax !== form.transferSyntaxUid) return null;
  const exactSyntax = open ? 0 : 1;
  if (mediaType === '*/*') return exactSyntax;
  if (!form.multipart) {
    const type = typeFit(mediaType, form.mediaType);
    return type === null ? null : type + exactSyntax;
  }
  if (mediaType === 'multipart/*') return 2 + exactSyntax;
  if (mediaType !== 'multipart/related') return null;
  const type = partType === null || partType === '*/*' ? 0 : typeFit(partType, form.mediaType);
  return type === null ? null : 4 + type + exactSyntax;
}

function typeFit(range: string, mediaType: string): number | null {
  if (range === mediaType) return 4;
  return range.endsWith('/*') && mediaType.startsWith(range.slice(0, -1)) ? 2 : null;
}

function formText({ multipart, mediaType, transferSyntaxUid }: Form): string {
  const syntax = transferSyntaxUid === null ? '' : `; transfer-syntax=${transferSyntaxUid}`;
  return multipart ? `multipart/related; type="${mediaType}"${syntax}` : `${mediaType}${syntax}`;
}
