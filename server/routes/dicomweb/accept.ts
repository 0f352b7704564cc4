/** The Accept header as DICOMweb uses it (PS3.18 section 8.3.3): media ranges with type and transfer-syntax. */

export interface AcceptedType {
  /** Lower case, such as `multipart/related`. */
  readonly mediaType: string;
  /** The root type of a multipart answer, lower case; null when the client leaves it open. */
  readonly partType: string | null;
  /** `*`, a UID, or null when the client leaves it open. */
  readonly transferSyntax: string | null;
}

/** The media ranges in the order written; an absent header accepts anything. Quality values are not weighed. */
export function parseAccept(header: string | undefined): AcceptedType[] {
  if (header === undefined || header.trim() === '') return [{ mediaType: '*/*', partType: null, transferSyntax: null }];
  return splitOutsideQuotes(header, ',').map((range) => {
    const [mediaType = '', ...rest] = splitOutsideQuotes(range, ';');
    const parameters = new Map(
      rest.map((parameter) => {
        const at = parameter.indexOf('=');
        const value = parameter.slice(at + 1).trim();
        return [parameter.slice(0, at).trim().toLowerCase(), value.replace(/^"(.*)"$/, '$1')] as const;
      }),
    );
    return {
      mediaType: mediaType.toLowerCase(),
      partType: parameters.get('type')?.toLowerCase() ?? null,
      transferSyntax: parameters.get('transfer-syntax') ?? null,
    };
  });
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let part = '';
  for (const c of text) {
    if (c === '"') quoted = !quoted;
    if (c === separator && !quoted) {
      parts.push(part.trim());
      part = '';
    } else part += c;
  }
  parts.push(part.trim());
  return parts.filter((one) => one !== '');
}

/** How bytes that exist in one form only can be sent to this client. */
export interface Sending {
  readonly multipart: boolean;
  readonly mediaType: string;
}

/**
 * The first form the client accepts, or null. `mediaType` is what the bytes are by themselves; they may always go as
 * application/octet-stream too. A single part is possible for one frame or one instance only.
 */
export function chooseSending(
  accepted: readonly AcceptedType[],
  stored: { readonly mediaType: string; readonly transferSyntaxUid: string },
  single: boolean,
): Sending | null {
  for (const { mediaType, partType, transferSyntax } of accepted) {
    const fits = transferSyntax === null || transferSyntax === '*' || transferSyntax === stored.transferSyntaxUid;
    if (!fits) continue;
    if (mediaType === '*/*' || (mediaType === 'multipart/related' && (partType === null || partType === '*/*'))) {
      return { multipart: true, mediaType: defaultType(stored.mediaType) };
    }
    const wanted = mediaType === 'multipart/related' ? (partType ?? '') : mediaType;
    const matches =
      wanted === stored.mediaType ||
      (wanted === 'application/octet-stream' && stored.mediaType !== 'application/dicom') ||
      (wanted === 'image/*' && stored.mediaType.startsWith('image/')) ||
      wanted === 'application/*';
    if (!matches) continue;
    if (mediaType === 'multipart/related') return { multipart: true, mediaType: concrete(wanted, stored.mediaType) };
    if (single) return { multipart: false, mediaType: concrete(wanted, stored.mediaType) };
  }
  return null;
}

function defaultType(stored: string): string {
  return stored === 'application/dicom' ? stored : 'application/octet-stream';
}

function concrete(wanted: string, stored: string): string {
  return wanted.endsWith('/*') ? stored : wanted;
}
