import type { DragEvent } from 'react';

/** A series or slide that is dragged from the tray into a viewport. */
const MEDIA_TYPE = 'application/x-consilium-item';

export function startItemDrag(event: DragEvent, key: string): void {
  event.dataTransfer.setData(MEDIA_TYPE, key);
  event.dataTransfer.effectAllowed = 'copy';
}

/** True for our items only: a viewport takes no files. */
export function isItemDrag(event: DragEvent): boolean {
  return event.dataTransfer.types.includes(MEDIA_TYPE);
}

export function draggedItem(event: DragEvent): string | null {
  return event.dataTransfer.getData(MEDIA_TYPE) || null;
}
