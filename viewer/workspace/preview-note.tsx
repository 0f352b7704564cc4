import { IconLoader2, IconSearch } from '@tabler/icons-react';
import { LENS_FACTOR } from '#viewer/engines/cornerstone/lens.ts';
import classes from './preview-note.module.css';

/** Says that the picture is a first look: coarser than the image, which is still on its way. */
export function PreviewNote() {
  return (
    <div className={classes.note} role="status">
      <IconLoader2 size={14} stroke={2} aria-hidden /> Preview, loading the image
    </div>
  );
}

/** Says that a lens enlarges what is under the pointer, and what is missing meanwhile. */
export function LensNote() {
  return (
    <div className={classes.note} role="status">
      <IconSearch size={14} stroke={2} aria-hidden /> Magnifier {LENS_FACTOR}×, marks hidden
    </div>
  );
}
