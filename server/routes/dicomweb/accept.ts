import type { FastifyRequest } from 'fastify';
import { transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
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
  /** For ranges alone that name exactly the media type or the transfer syntax, not for wildcards. */
  readonly byName?: boolean;
  /** Not what the media type means by itself: a range that names it has to state a transfer syntax, be it `*`. */
  readonly notDefault?: boolean;
}

/** A form of bytes in a transfer syntax. */
export interface CodedForm extends Form {
  readonly transferSyntaxUid: string;
}

export const DICOM = 'application/dicom';
export const ZIP = 'application/zip';

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

/** Bytes in one transfer syntax, as they are sent by themselves. */
export interface Coded {
  readonly mediaType: string;
  readonly transferSyntaxUid: string;
  readonly lossy?: boolean;
}

const OCTETS = 'application/octet-stream';

/**
 * The forms of a frame: as stored first, then what it can be brought into (PS3.18 tables 8.7.3-4 and 8.7.3-5). A single
 * part is possible for one frame only. Coded bytes also go as plain ones to those who ask for a transfer syntax, as
 * viewers do with `*`; without one, plain bytes are uncompressed. What loses bits goes to those who name it.
 */
export function frameForms(stored: Coded, targets: readonly Coded[], single: boolean): CodedForm[] {
  const { mediaType, transferSyntaxUid } = stored;
  const kinds: Omit<CodedForm, 'multipart'>[] = mediaType === OCTETS ? [] : [{ mediaType, transferSyntaxUid }];
  kinds.push({ mediaType: OCTETS, transferSyntaxUid, notDefault: transferSyntaxOf(transferSyntaxUid).encapsulated });
  for (const target of targets) {
    const kind = { mediaType: target.mediaType, transferSyntaxUid: target.transferSyntaxUid };
    kinds.push(target.lossy === true ? { ...kind, byName: true } : kind);
  }
  return inContainers(kinds, single);
}

/** The forms of whole objects, as stored first; one object may go as a single part, any number as an archive. */
export function objectForms(transferSyntaxUids: readonly string[], single: boolean): CodedForm[] {
  const objects = transferSyntaxUids.map((transferSyntaxUid) => ({ mediaType: DICOM, transferSyntaxUid }));
  const archives = transferSyntaxUids.map((transferSyntaxUid) => ({
    ...{ multipart: false, mediaType: ZIP, transferSyntaxUid },
    byName: true,
  }));
  return [...inContainers(objects, single), ...archives];
}

function inContainers(kinds: readonly Omit<CodedForm, 'multipart'>[], single: boolean): CodedForm[] {
  return [true, false]
    .filter((multipart) => multipart || single)
    .flatMap((multipart) => kinds.map((kind) => ({ multipart, ...kind })));
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
  const fit = fitOf(mediaType, partType, form);
  if (fit === null) return null;
  if (form.byName === true && !fit.exact && exactSyntax === 0) return null;
  if (form.notDefault === true && fit.exact && transferSyntax === null) return null;
  return fit.exactness + exactSyntax;
}

function fitOf(
  mediaType: string,
  partType: string | null,
  form: Form,
): { readonly exactness: number; readonly exact: boolean } | null {
  if (mediaType === '*/*') return { exactness: 0, exact: false };
  if (!form.multipart) return typeFit(mediaType, form.mediaType);
  if (mediaType === 'multipart/*') return { exactness: 2, exact: false };
  if (mediaType !== 'multipart/related') return null;
  const type =
    partType === null || partType === '*/*' ? { exactness: 0, exact: false } : typeFit(partType, form.mediaType);
  return type === null ? null : { exactness: 4 + type.exactness, exact: type.exact };
}

function typeFit(range: string, mediaType: string): { readonly exactness: number; readonly exact: boolean } | null {
  if (range === mediaType) return { exactness: 4, exact: true };
  return range.endsWith('/*') && mediaType.startsWith(range.slice(0, -1)) ? { exactness: 2, exact: false } : null;
}

function formText({ multipart, mediaType, transferSyntaxUid }: Form): string {
  const syntax = transferSyntaxUid === null ? '' : `; transfer-syntax=${transferSyntaxUid}`;
  return multipart ? `multipart/related; type="${mediaType}"${syntax}` : `${mediaType}${syntax}`;
}
