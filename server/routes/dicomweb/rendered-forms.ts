import { videoMediaType } from '#server/domain/render-documents.ts';
import type { Renderable } from '#server/domain/renderable.ts';
import type { PictureFormat } from '#server/domain/rendering-ports.ts';
import { AppError } from '#shared/errors.ts';
import type { Form } from './accept.ts';

/** The rendered media types of each category of resources (PS3.18 table 8.7.4-1), our default first. */

export interface RenderedForm extends Form {
  readonly content:
    | { readonly kind: 'picture'; readonly format: PictureFormat; readonly animated: boolean }
    | { readonly kind: 'report'; readonly form: 'html' | 'text' }
    | { readonly kind: 'stored' };
}

const FORMATS: readonly PictureFormat[] = ['jpeg', 'png', 'gif', 'webp'];

function pictureForm(format: PictureFormat, multipart: boolean, animated = false): RenderedForm {
  return {
    ...{ multipart, mediaType: `image/${format}`, transferSyntaxUid: null },
    content: { kind: 'picture', format, animated },
  };
}

/** One picture alone, in each format. */
export const STILL_FORMS: readonly RenderedForm[] = FORMATS.map((format) => pictureForm(format, false));

/** A part for each frame. */
export const FRAME_PARTS: readonly RenderedForm[] = FORMATS.map((format) => pictureForm(format, true));

/** All frames in one animated picture. */
export const ANIMATION: RenderedForm = pictureForm('gif', false, true);

/**
 * What one instance, or a list of its frames, can be sent as. One picture may stand for all frames of an instance,
 * but not for a list somebody wrote. Several frames are an animation as GIF alone: whoever accepts PNG or WebP (every
 * browser) means a still picture.
 * @throws AppError NOT_RENDERABLE
 */
export function formsOfInstance(instance: Renderable, listed: readonly number[] | null): RenderedForm[] {
  switch (instance.kind) {
    case 'picture': {
      const several = listed === null ? (instance.source?.frameCount ?? 1) > 1 : listed.length > 1;
      if (!several) return [...STILL_FORMS, ...FRAME_PARTS];
      const stills = STILL_FORMS.filter(({ mediaType }) => mediaType !== 'image/gif');
      return listed === null ? [...stills, ANIMATION, ...FRAME_PARTS] : [...FRAME_PARTS, ANIMATION];
    }
    case 'report':
      return [false, true].flatMap((multipart) => [
        { multipart, mediaType: 'text/html', transferSyntaxUid: null, content: { kind: 'report', form: 'html' } },
        { multipart, mediaType: 'text/plain', transferSyntaxUid: null, content: { kind: 'report', form: 'text' } },
      ]);
    case 'document':
      if (instance.document !== null) return storedForms(instance.document.mediaType);
      break;
    case 'video':
      return storedForms(videoMediaType(instance.transferSyntaxUid));
    case 'none':
  }
  throw notRenderable(instance.description.sopClassName);
}

function storedForms(mediaType: string): RenderedForm[] {
  return [false, true].map((multipart) => ({
    ...{ multipart, mediaType, transferSyntaxUid: null },
    content: { kind: 'stored' },
  }));
}

export function notRenderable(what: string): AppError {
  return new AppError('NOT_RENDERABLE', { what });
}
