import { useMemo, useSyncExternalStore } from 'react';
import { sameTarget, type Target } from '#shared/annotation/annotation.ts';
import type { KeyImage } from '#shared/annotation/key-image.ts';
import type { FrameView } from '#shared/imaging/view-state.ts';
import type { ConsultationRecords } from '#viewer/state/consultation-records.ts';

/** The key images of the consultation as the reading page works with them. */
export interface KeyImageWork {
  readonly keyImages: readonly KeyImage[];
  readonly canMark: boolean;
  readonly isMine: (keyImage: KeyImage) => boolean;
  readonly isMarked: (target: Target) => boolean;
  /** Marks the frame as it is seen, or takes one's own mark back. */
  toggle(target: Target, view: FrameView): void;
  setNote(keyImage: KeyImage, note: string): void;
}

const NONE: readonly never[] = [];
const silent = () => () => {};
const none = () => NONE;

export function useKeyImages(
  records: ConsultationRecords | null,
  { myId, canWrite }: { readonly myId: string; readonly canWrite: boolean },
): KeyImageWork {
  const store = records?.keyImages;
  const keyImages = useSyncExternalStore(store?.subscribe ?? silent, store?.records ?? none);
  return useMemo(() => {
    const ownAt = (target: Target) => keyImages.find((one) => one.author.id === myId && sameTarget(one.target, target));
    return {
      keyImages,
      canMark: canWrite,
      isMine: ({ author }) => canWrite && author.id === myId,
      isMarked: (target) => keyImages.some((one) => sameTarget(one.target, target)),
      toggle(target, view) {
        const own = ownAt(target);
        if (own !== undefined) store?.remove(own.id);
        else if (target.kind === 'frame') store?.create({ target, purpose: 'for-referring-provider', note: '', view });
      },
      setNote({ id, target, purpose, view }, note) {
        store?.change(id, { target, purpose, view, note });
      },
    };
  }, [keyImages, store, myId, canWrite]);
}
