import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { InstanceRow, InstanceScope } from '#server/domain/material-ports.ts';
import { findPresented, presentedFrames } from '#server/domain/presented-frames.ts';
import { readStored, renderReport } from '#server/domain/render-documents.ts';
import {
  checkAnimationLength,
  checkFrames,
  type FramesToRender,
  listRenderables,
  pictureName,
  renderPicture,
  representativeFrame,
  representativeOf,
} from '#server/domain/render-pictures.ts';
import { findRenderable, type Renderable, type RenderingNeeds } from '#server/domain/renderable.ts';
import { answerRange } from '#server/http/byte-range.ts';
import { knownTags } from '#server/http/immutable.ts';
import { sendChunks } from '#server/http/send-chunks.ts';
import { sopClassOf } from '#shared/dicom/sop-class.ts';
import { AppError } from '#shared/errors.ts';
import { type AcceptedType, chooseForm } from './accept.ts';
import { instancesWithin } from './places.ts';
import { multipartBody, multipartHead, partsOf, pathOf, pictureOfRow, type RenderedPart } from './rendered-body.ts';
import {
  ANIMATION,
  FRAME_PARTS,
  formsOfInstance,
  notRenderable,
  type RenderedForm,
  STILL_FORMS,
} from './rendered-forms.ts';
import { type Asking, checkPresented } from './rendering-parameters.ts';

/** Answers for rendered resources (PS3.18 section 10.4.3), shared by /rendered, /thumbnail and WADO-URI. */

export interface RenderedRequest {
  readonly needs: RenderingNeeds;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly accepted: readonly AcceptedType[];
  readonly asking: Asking;
  /** The presentation state to show an instance with. */
  readonly presentation?: Renderable;
}

/** Stored objects never change, but the way they are rendered gets better: a day, then the tag tells. */
const FIXED = 'private, max-age=86400';
/** More instances may come to a series or a study. */
const GROWING = 'private, no-cache';
/** A page of its own without rights: no script, nothing from elsewhere, framed by our pages alone. */
const SANDBOX = `sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`;

/** What a browser shows by itself without running anything of it. */
const SHOWN_INLINE = /^(application\/pdf|video\/.*)$/;

/** An instance (null), or frames of it in the order asked for. */
export async function answerInstance(
  asked: RenderedRequest,
  instance: Renderable,
  frameNumbers: readonly number[] | null,
): Promise<FastifyReply> {
  const { needs, request, reply, accepted, asking, presentation } = asked;
  if (frameNumbers !== null) checkFrames(instance, frameNumbers);
  const form = chooseForm(accepted, formsOfInstance(instance, frameNumbers));
  const { content } = form;
  if (instance.presentation !== null) return answerPresentation(asked, instance, form);
  if (form.multipart) {
    const all = content.kind === 'picture' ? (frameNumbers ?? everyFrame(instance)) : null;
    return sendParts(asked, partsOf(needs, request, instance, all, form, asking), FIXED);
  }
  switch (content.kind) {
    case 'picture': {
      const animated = frameNumbers ?? everyFrame(instance);
      const numbers = content.animated ? animated : (frameNumbers ?? [representativeFrame(instance)]);
      const frames = checkFrames(instance, numbers);
      const shown = presentation === undefined ? frames : { ...frames, presentation };
      return sendPicture(asked, [shown], content.format, FIXED);
    }
    case 'report': {
      const html = await renderReport(needs, instancesWithin(request), instance, content.form, pathOf);
      const tag = createHash('sha256').update(html).digest('base64url').slice(0, 32);
      // Its links depend on what the reader may see, which changes.
      if (unchanged(asked, `"${tag}"`, GROWING)) return reply.send();
      return page(reply).type(`${form.mediaType}; charset=utf-8`).send(html);
    }
    case 'stored':
      return sendStored(asked, instance, form.mediaType);
  }
}

/** The images a presentation state refers to, as it wants them shown: all, or the middle one for all. */
async function answerPresentation(
  asked: RenderedRequest,
  instance: Renderable,
  form: RenderedForm,
): Promise<FastifyReply> {
  const { needs, request, asking } = asked;
  const { presentation } = instance;
  if (presentation === null || form.content.kind !== 'picture') throw notRenderable('presentation state');
  checkPresented(asking);
  if (form.multipart) return sendParts(asked, partsOf(needs, request, instance, null, form, asking), GROWING);
  const all = presentedFrames(presentation);
  const shown = form.content.animated ? all : all.slice(Math.floor(all.length / 2)).slice(0, 1);
  checkAnimationLength(shown.length);
  const frames: FramesToRender[] = [];
  for (const one of shown) {
    frames.push(await findPresented(needs, instancesWithin(request), instance, one));
  }
  return sendPicture(asked, frames, form.content.format, FIXED);
}

/**
 * Everything in a study or series: a part for each instance that has a form the client accepts, in its own best one.
 * Who accepts a single picture alone gets the one that stands for all; of a series also all of them as cine.
 */
export async function answerMany(asked: RenderedRequest, scope: InstanceScope): Promise<FastifyReply> {
  const { needs, request, accepted, asking } = asked;
  const reach = instancesWithin(request);
  const listed = await listRenderables(needs, reach, scope);
  const [only] = listed;
  if (listed.length === 1 && only !== undefined) {
    return answerInstance(asked, await findRenderable(needs, reach, only.row), null);
  }
  const representative = representativeOf(listed);
  const stills = STILL_FORMS.filter(({ mediaType }) => mediaType !== 'image/gif');
  const cine = scope.seriesUid === undefined ? [] : [ANIMATION];
  const found: { row: InstanceRow; instance: Renderable | null; forms: readonly RenderedForm[] }[] = [];
  for (const { row, kind } of listed) {
    if (kind === 'picture') found.push({ row, instance: null, forms: FRAME_PARTS });
    if (kind === 'picture' || kind === 'none') continue;
    const instance = await findRenderable(needs, reach, row);
    const forms = formsOrNone(instance).filter(({ multipart }) => multipart);
    if (forms.length > 0) found.push({ row, instance, forms });
  }
  if (found.length === 0) throw notRenderable(sopClassOf(only?.row.sopClassUid ?? '', false).name);
  const inParts = uniqueForms(found.flatMap(({ forms }) => forms));
  const form = chooseForm(accepted, [...inParts, ...(representative === null ? [] : [...stills, ...cine])]);
  if (form.multipart) {
    const parts = found.flatMap(({ row, instance, forms }) => {
      const own = chosenOrNone(accepted, forms);
      if (own === null) return [];
      return instance === null
        ? [pictureOfRow(needs, request, row, own, asking)]
        : partsOf(needs, request, instance, null, own, asking);
    });
    return sendParts(asked, parts, GROWING);
  }
  if (form.content.kind !== 'picture' || representative === null) throw notRenderable('series of documents');
  if (form.content.animated) {
    const pictures = found.filter(({ instance }) => instance === null).map(({ row }) => row);
    checkAnimationLength(pictures.reduce((sum, { frameCount }) => sum + frameCount, 0));
    const frames: FramesToRender[] = [];
    for (const row of pictures) {
      const instance = await findRenderable(needs, reach, row);
      frames.push({ instance, frameNumbers: everyFrame(instance) });
    }
    return sendPicture(asked, frames, form.content.format, GROWING);
  }
  const instance = await findRenderable(needs, reach, representative);
  const frames = [checkFrames(instance, [representativeFrame(instance)])];
  return sendPicture(asked, frames, form.content.format, GROWING);
}

/** One small picture that stands for a study, a series, an instance or the first of the frames asked for. */
export async function answerThumbnail(
  asked: RenderedRequest,
  scope: InstanceScope,
  frameNumber: number | null,
): Promise<FastifyReply> {
  const { needs, request, accepted } = asked;
  const reach = instancesWithin(request);
  const listed = await listRenderables(needs, reach, scope);
  const row = representativeOf(listed);
  if (row === null) throw new AppError('NO_THUMBNAIL');
  const instance = await findRenderable(needs, reach, row);
  const { content } = chooseForm(accepted, STILL_FORMS);
  const frames = [checkFrames(instance, [frameNumber ?? representativeFrame(instance)])];
  const format = content.kind === 'picture' ? content.format : 'jpeg';
  return sendPicture(asked, frames, format, scope.sopInstanceUid === undefined ? GROWING : FIXED);
}

async function sendPicture(
  asked: RenderedRequest,
  frames: readonly FramesToRender[],
  format: 'jpeg' | 'png' | 'gif' | 'webp',
  caching: string,
): Promise<FastifyReply> {
  const { needs, request, reply, asking } = asked;
  const wish = { ...asking, format };
  if (unchanged(asked, `"${pictureName(frames, wish)}"`, caching)) return reply.send();
  const picture = await renderPicture(needs, instancesWithin(request), frames, wish, request.signal);
  return reply.type(picture.mediaType).send(picture.bytes);
}

function sendParts(asked: RenderedRequest, parts: readonly RenderedPart[], caching: string): FastifyReply {
  const { request, reply } = asked;
  const { contentType, boundary } = multipartHead(parts);
  void reply.type(contentType).header('cache-control', caching).header('vary', 'accept, cookie, authorization');
  return sendChunks(request, reply, () => multipartBody(parts, boundary));
}

/** A document or a video, in parts too: players and PDF viewers read ahead and jump. */
async function sendStored(asked: RenderedRequest, instance: Renderable, mediaType: string): Promise<FastifyReply> {
  const { needs, request, reply } = asked;
  const etag = `"${instance.sha256.slice(0, 40)}.d"`;
  if (unchanged(asked, etag, FIXED)) return reply.send();
  const stored = await readStored(needs, instancesWithin(request), instance, request.signal);
  const { offsetBytes, lengthBytes } = answerRange(request, reply, etag, stored.sizeBytes);
  void page(reply)
    .type(mediaType)
    .header('content-disposition', SHOWN_INLINE.test(mediaType) ? 'inline' : 'attachment')
    .header('content-length', lengthBytes);
  return sendChunks(request, reply, () => stored.part(offsetBytes, lengthBytes, request.signal));
}

/** Marks the answer; true when the client has it already and gets 304 without anything being rendered. */
function unchanged({ request, reply }: RenderedRequest, etag: string, caching: string): boolean {
  void reply.header('etag', etag).header('cache-control', caching).header('vary', 'accept, cookie, authorization');
  if (!knownTags(request).includes(etag)) return false;
  void reply.code(304);
  return true;
}

function page(reply: FastifyReply): FastifyReply {
  return reply
    .header('content-security-policy', SANDBOX)
    .header('x-frame-options', 'SAMEORIGIN')
    .header('x-content-type-options', 'nosniff');
}

function everyFrame({ frameCount }: Renderable): number[] {
  return Array.from({ length: frameCount }, (_, at) => at + 1);
}

function formsOrNone(instance: Renderable): readonly RenderedForm[] {
  try {
    return formsOfInstance(instance, null);
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_RENDERABLE') return [];
    throw error;
  }
}

function chosenOrNone(accepted: readonly AcceptedType[], forms: readonly RenderedForm[]): RenderedForm | null {
  try {
    return chooseForm(accepted, forms);
  } catch (error) {
    if (error instanceof AppError && error.code === 'MEDIA_TYPE_UNAVAILABLE') return null;
    throw error;
  }
}

function uniqueForms(forms: readonly RenderedForm[]): RenderedForm[] {
  return [...new Map(forms.map((form) => [`${form.multipart} ${form.mediaType}`, form])).values()];
}
