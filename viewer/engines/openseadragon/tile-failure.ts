/** Why a part of a slide is not on the screen: a sentence for the reader. */
export class TileFailure extends Error {
  /** Null when no answer came. */
  readonly status: number | null;
  /** When the server asks to be asked again; null when it did not say. */
  readonly retryAfterMs: number | null;

  constructor(
    sentence: string,
    status: number | null = null,
    options?: ErrorOptions & { readonly retryAfterMs?: number | null },
  ) {
    super(sentence, options);
    this.retryAfterMs = options?.retryAfterMs ?? null;
    this.name = 'TileFailure';
    this.status = status;
  }

  /** True when asking again by ourselves may help. */
  get isPassing(): boolean {
    return this.status === null || this.status === 429 || this.status >= 500;
  }
}

/** The wait of a Retry-After header in seconds (RFC 9110 section 10.2.3); null for a date or none. */
export function retryAfterMs(header: string | null): number | null {
  return header !== null && /^\d{1,4}$/.test(header) ? Number(header) * 1000 : null;
}

/** What an HTTP status means for a reader of a slide; `waitMs` is what the server asks for. */
export function failureOfStatus(status: number, waitMs: number | null = null): TileFailure {
  if (status === 401) return new TileFailure('You are signed out. Sign in again to see this slide.', status);
  if (status === 403 || status === 404) {
    return new TileFailure('The server has no such slide, or it is not yours to see.', status);
  }
  if (status === 422) return new TileFailure('This part of the slide is damaged in the file.', status);
  if (status === 429 || (status === 503 && waitMs !== null)) {
    const sentence = 'The server is busy and asks to try again in a moment.';
    return new TileFailure(sentence, status, { retryAfterMs: waitMs });
  }
  if (status >= 500)
    return new TileFailure(`The server could not send this part of the slide (error ${status}).`, status);
  return new TileFailure(`The server refused this part of the slide (error ${status}).`, status);
}

/** Any error of loading as a failure. */
export function failureOf(error: unknown): TileFailure {
  if (error instanceof TileFailure) return error;
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return new TileFailure('This part of the slide did not arrive in time.', null, { cause: error });
  }
  if (error instanceof TypeError) return new TileFailure('The server cannot be reached.', null, { cause: error });
  return new TileFailure('This part of the slide could not be decoded.', 422, { cause: error });
}
