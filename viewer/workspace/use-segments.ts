import { notifications } from '@mantine/notifications';
import { useMemo, useState, useSyncExternalStore } from 'react';
import type { Segment, SegmentDraft } from '#shared/segmentation/segment.ts';
import { SEGMENT_COLORS, SEGMENT_TERMS, type SegmentTerm } from '#shared/segmentation/segment-terms.ts';
import type { SegmentHand, SegmentListener, ShownSegment } from '#viewer/engines/cornerstone/segment-port.ts';
import { type ConsultationRecords, draftOfSegment } from '#viewer/state/consultation-records.ts';

/** What is painted with, without which segment it goes to. */
export type SegmentSettings = Pick<SegmentHand, 'radius' | 'range' | 'tolerance' | 'growRadiusMm'>;

/** What viewports need of the segments. */
export interface ShownSegments {
  readonly shown: readonly ShownSegment[];
  /** Null where nothing may be painted. */
  readonly hand: SegmentHand | null;
  readonly listener: SegmentListener;
}

/** The segments of the consultation as the reading page works with them. */
export interface SegmentWork extends ShownSegments {
  readonly segments: readonly Segment[];
  readonly activeId: string | null;
  readonly hidden: ReadonlySet<string>;
  readonly settings: SegmentSettings;
  readonly isMine: (segment: Segment) => boolean;
  /** Null: the next stroke begins a new segment. */
  choose(id: string | null): void;
  toggleHidden(id: string): void;
  change(segment: Segment, change: Partial<SegmentDraft>): void;
  remove(segment: Segment): void;
  set(settings: Partial<SegmentSettings>): void;
}

export const SMALLEST_RADIUS = 0.5;
export const LARGEST_RADIUS = 100;

/** Bone on CT: what a threshold is tried with first. */
const FIRST: SegmentSettings = { radius: 6, range: { lower: 150, upper: 3000 }, tolerance: 60, growRadiusMm: 60 };
const NONE: readonly never[] = [];
const silent = () => () => {};
const none = () => NONE;

const FIRST_TERM = SEGMENT_TERMS[0] as SegmentTerm;

/** Binds the store of segments; what is painted goes there and is saved at once. */
export function useSegments(
  records: ConsultationRecords | null,
  { myId, canWrite }: { readonly myId: string; readonly canWrite: boolean },
): SegmentWork {
  const store = records?.segments;
  const segments = useSyncExternalStore(store?.subscribe ?? silent, store?.records ?? none);
  const [chosenId, setChosen] = useState<string | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [settings, setSettings] = useState(FIRST);
  const activeId = segments.some(({ id }) => id === chosenId) ? chosenId : null;

  const actions = useMemo(() => {
    const known = (id: string) => store?.records().find((segment) => segment.id === id);
    return {
      choose: setChosen,
      toggleHidden: (id: string) =>
        setHidden((before) => {
          const next = new Set(before);
          if (!next.delete(id)) next.add(id);
          return next;
        }),
      change({ id }: Segment, change: Partial<SegmentDraft>) {
        const newest = known(id);
        if (newest !== undefined) store?.change(id, { ...draftOfSegment(newest), ...change });
      },
      remove: ({ id }: Segment) => store?.remove(id),
      set: (change: Partial<SegmentSettings>) => setSettings((before) => ({ ...before, ...change })),
      listener: {
        onNotice: (message) => notifications.show({ color: 'yellow', message }),
        onDrawn({ id, target, columns, rows, frames, how, measurements }) {
          const before = id === null ? undefined : known(id);
          const painted = { frames: [...frames], measurements: [...measurements] };
          if (before !== undefined) {
            // Once half-automatic, always so.
            const drawn = before.drawn === 'by-hand' ? how : before.drawn;
            store?.change(before.id, { ...draftOfSegment(before), ...painted, drawn });
            return;
          }
          const number = (store?.records().length ?? 0) + 1;
          const made = store?.create({
            ...{ target, ...FIRST_TERM, label: `Segment ${number}`, color: colorOf(number - 1), drawn: how },
            ...{ locked: false, columns, rows, ...painted },
          });
          setChosen(made ?? null);
        },
      } satisfies SegmentListener,
    };
  }, [store]);

  const shown = useMemo(
    () =>
      segments
        .filter(({ id }) => !hidden.has(id))
        .map(({ id, target, color, columns, rows, frames, author, locked }): ShownSegment => {
          const editable = canWrite && author.id === myId && !locked;
          return { id, target, color, columns, rows, frames, editable };
        }),
    [segments, hidden, canWrite, myId],
  );
  const count = segments.length;
  const hand = useMemo(
    (): SegmentHand | null => (canWrite ? { ...settings, activeId, newColor: colorOf(count) } : null),
    [canWrite, settings, activeId, count],
  );
  return useMemo(
    () => ({
      ...{ ...actions, segments, activeId, hidden, settings, shown, hand },
      isMine: (segment) => canWrite && segment.author.id === myId,
    }),
    [actions, segments, activeId, hidden, settings, shown, hand, canWrite, myId],
  );
}

function colorOf(place: number): string {
  return SEGMENT_COLORS[place % SEGMENT_COLORS.length] ?? SEGMENT_COLORS[0];
}
