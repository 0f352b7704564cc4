import { IconLoader2 } from '@tabler/icons-react';
import classes from './preview-note.module.css';

/** Says that the picture is a first look: coarser than the image, which is still on its way. */
export function PreviewNote() {
  return (
    <div className={classes.note} role="status">
      <IconLoader2 size={14} stroke={2} aria-hidden /> Preview, loading the image
    </div>
  );
}
