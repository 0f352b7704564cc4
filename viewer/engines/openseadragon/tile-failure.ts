/** Why a part of a slide is not on the screen: a sentence for the reader. */
export class TileFailure extends Error {
  /** Null when no answer came. */
  readonly status: number | null;

  constructor(sentence: string, status: number | null = null, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'TileFailure';
    this.status = status;
  }

  /** True when asking again by ourselves may help. */
  get isPassing(): boolean {
    return this.status === null || this.status === 429 || this.status >= 500;
  }
}

/** What an HTTP status means for a reader of a slide. */
export function failureOfStatus(status: number): TileFailure {
  if (status === 401) return new TileFailure('You are signed out. Sign in again to see this slide.', status);
  if (status === 403 || status === 404) {
    return new TileFailure('The server has no such slide, or it is not yours to see.', status);
  }
  if (status === 422) return new TileFailure('This part of the slide is damaged in the file.', status);
  if (status === 429) return new TileFailure('The server is busy and asks to try again in a moment.', status);
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
