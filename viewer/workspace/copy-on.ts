import { notifications } from '@mantine/notifications';
import type { Annotation } from '#shared/annotation/annotation.ts';
import type { ShownImages } from './shown-images.ts';
import type { ReadingWork } from './use-reading-records.ts';

/** Draws the same shape, under the same label, on the image `steps` on in the series, where it is measured anew. */
export function copyOn(annotation: Annotation, images: ShownImages, { create }: ReadingWork, steps = 1): void {
  const { target, geometry, label } = annotation;
  const copy = async (): Promise<void> => {
    const drawn = await images.copyTo(target, geometry, steps);
    if (drawn !== null) create(drawn, label);
    else notifications.show({ color: 'yellow', message: 'There is no such image to copy this annotation to.' });
  };
  copy().catch((error: unknown) => {
    const message = error instanceof Error ? error.message : 'The annotation could not be copied.';
    notifications.show({ color: 'yellow', message });
  });
}
