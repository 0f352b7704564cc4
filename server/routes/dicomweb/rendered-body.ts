import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { InstancePlace } from '#server/domain/frame-directory.ts';
import type { InstanceRow } from '#server/domain/material-ports.ts';
import { findPresented, presentedFrames } from '#server/domain/presented-frames.ts';
import { readStored, renderReport } from '#server/domain/render-documents.ts';
import { checkFrames, renderPicture, representativeFrame } from '#server/domain/render-pictures.ts';
import { findRenderable, type Renderable, type RenderingNeeds } from '#server/domain/renderable.ts';
import { failureOf } from '#server/http/errors.ts';
import { AppError } from '#shared/errors.ts';
import { DICOMWEB, instancesWithin } from './places.ts';
import type { RenderedForm } from './rendered-forms.ts';
import { type Asking, checkPresented } from './rendering-parameters.ts';

/** What goes into the body of a rendered answer, whole or as one of its parts. */

export interface RenderedPart {
  /** Path of what the part shows (PS3.18 section 8.6.1.2.1, Content-Location). */
  readonly location: string;
  readonly mediaType: string;
  load(): Promise<Uint8Array | AsyncIterable<Uint8Array>>;
}

/** Path of an instance below the service, or of frames of it. */
export function pathOf({ studyUid, seriesUid, sopInstanceUid }: InstancePlace, frames: readonly number[] = []): string {
  const instance = `${DICOMWEB}/studies/${studyUid}/series/${seriesUid}/instances/${sopInstanceUid}`;
  return frames.length === 0 ? `${instance}/rendered` : `${instance}/frames/${frames.join()}/rendered`;
}

/** The parts of an instance in a form: one for each frame when `frameNumbers` are given, else one for all of it. */
export function partsOf(
  needs: RenderingNeeds,
  request: FastifyRequest,
  instance: Renderable,
  frameNumbers: readonly number[] | null,
  { content, mediaType }: RenderedForm,
  asking: Asking,
): RenderedPart[] {
  const reach = instancesWithin(request);
  const { signal } = request;
  if (content.kind === 'picture' && instance.presentation !== null) {
    const { format } = content;
    return presentedFrames(instance.presentation).map((one) => ({
      ...{ location: pathOf(instance.place), mediaType },
      load: async () => {
        checkPresented(asking);
        const frames = [await findPresented(needs, reach, instance, one)];
        return (await renderPicture(needs, reach, frames, { ...asking, format }, signal)).bytes;
      },
    }));
  }
  if (content.kind === 'picture') {
    const { format } = content;
    return (frameNumbers ?? [representativeFrame(instance)]).map((frame) => ({
      ...{ location: pathOf(instance.place, [frame]), mediaType },
      load: async () => {
        const frames = [checkFrames(instance, [frame])];
        return (await renderPicture(needs, reach, frames, { ...asking, format }, signal)).bytes;
      },
    }));
  }
  const location = pathOf(instance.place);
  if (content.kind === 'report') {
    const { form } = content;
    const load = async () => Buffer.from(await renderReport(needs, reach, instance, form, pathOf));
    return [{ location, mediaType: `${mediaType}; charset=utf-8`, load }];
  }
  const load = async () => {
    const stored = await readStored(needs, reach, instance, signal);
    return stored.part(0, stored.sizeBytes, signal);
  };
  return [{ location, mediaType, load }];
}

/** The part of an instance in a list, read when its turn comes: a series may have thousands. */
export function pictureOfRow(
  needs: RenderingNeeds,
  request: FastifyRequest,
  row: InstanceRow,
  { content, mediaType }: RenderedForm,
  asking: Asking,
): RenderedPart {
  const frame = representativeFrame(row);
  const reach = instancesWithin(request);
  return {
    ...{ location: pathOf(row, [frame]), mediaType },
    load: async () => {
      const frames = [checkFrames(await findRenderable(needs, reach, row), [frame])];
      const wish = { ...asking, format: content.kind === 'picture' ? content.format : ('jpeg' as const) };
      return (await renderPicture(needs, reach, frames, wish, request.signal)).bytes;
    },
  };
}

/** multipart/related (RFC 2387); its type is that of the first part, which is the root of the body. */
export function multipartHead(parts: readonly RenderedPart[]): { contentType: string; boundary: string } {
  const boundary = `consilium-${randomUUID()}`;
  const type = parts[0]?.mediaType.replace(/;.*/, '') ?? 'application/octet-stream';
  return { contentType: `multipart/related; type="${type}"; boundary="${boundary}"`, boundary };
}

/**
 * Each part when its turn comes, never more than one in memory. What cannot be rendered has its refusal as a part in
 * its place: nobody takes the others for all there is.
 */
export async function* multipartBody(parts: readonly RenderedPart[], boundary: string): AsyncGenerator<Uint8Array> {
  for (const { location, mediaType, load } of parts) {
    const head = (type: string) =>
      Buffer.from(`\r\n--${boundary}\r\nContent-Type: ${type}\r\nContent-Location: ${location}\r\n\r\n`);
    let body: Awaited<ReturnType<typeof load>>;
    try {
      body = await load();
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      yield head('application/json');
      yield Buffer.from(JSON.stringify(failureOf(error)));
      continue;
    }
    yield head(mediaType);
    if (body instanceof Uint8Array) yield body;
    else yield* body;
  }
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}
