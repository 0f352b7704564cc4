/** Why a frame is not on the screen: a sentence for the reader, and whether asking again can help. */
export class FrameFailure extends Error {
  readonly status: number | null;

  constructor(sentence: string, status: number | null = null, options?: ErrorOptions) {
    super(sentence, options);
    this.name = 'FrameFailure';
    this.status = status;
  }
}

/** What an HTTP status means for a reader. */
export function failureOfStatus(status: number): FrameFailure {
  if (status === 401) return new FrameFailure('You are signed out. Sign in again to see this image.', status);
  if (status === 403 || status === 404) {
    return new FrameFailure('The server has no such image, or it is not yours to see.', status);
  }
  if (status === 429) return new FrameFailure('The server is busy and asks to try again in a moment.', status);
  if (status >= 500) return new FrameFailure(`The server could not send this image (error ${status}).`, status);
  return new FrameFailure(`The server refused this image (error ${status}).`, status);
}

/** Any error of loading as a failure; an abort stays what it is. */
export function failureOf(error: unknown): FrameFailure {
  if (error instanceof FrameFailure) return error;
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return new FrameFailure('This image did not arrive in time.', null, { cause: error });
  }
  if (error instanceof TypeError) {
    return new FrameFailure('The server cannot be reached.', null, { cause: error });
  }
  return new FrameFailure('This image could not be decoded.', null, { cause: error });
}
