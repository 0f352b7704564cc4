import { useCallback, useState } from 'react';
import type { Material, SlideSummary } from '#shared/api/material.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import type { Panes } from './use-panes.ts';
import { type SlideRegistrations, useSlideRegistrations } from './use-slide-registrations.ts';

/** Two slides that are being laid on each other. */
export interface AlignedPair {
  readonly from: SlideSummary;
  readonly to: SlideSummary;
  readonly panes: readonly [from: number, to: number];
}

export interface SlideAlignment {
  /** Two slides or more are open side by side. */
  readonly isPossible: boolean;
  /** They move together. */
  readonly isAttached: boolean;
  setAttached(attached: boolean): void;
  readonly pair: AlignedPair | null;
  /** Starts to align the active slide with the next one. */
  begin(): void;
  end(attach: boolean): void;
  readonly registrations: SlideRegistrations;
}

/** Slides side by side: whether they move together, and how they are laid on each other. */
export function useSlideAlignment(
  { id, actions }: Consultation,
  { slides }: Material,
  panes: Panes,
  active: number,
  myId: string,
): SlideAlignment {
  const { slides: sync } = panes;
  const [isAttached, setState] = useState(false);
  const [pair, setPair] = useState<AlignedPair | null>(null);
  const isReader = actions.includes('annotation.read');
  const registrations = useSlideRegistrations(id, slides, sync, isReader, myId);
  const open = panes.items.flatMap((item, pane) => (item?.kind === 'slide' ? [{ pane, slide: item.slide }] : []));
  const setAttached = useCallback(
    (attached: boolean) => {
      if (attached) sync.attach();
      else sync.detach();
      setState(attached);
    },
    [sync],
  );
  const first = open.find(({ pane }) => pane === active) ?? open[0];
  const second = open.find(({ slide }) => slide.id !== first?.slide.id);
  const stands =
    pair !== null && [pair.from, pair.to].every(({ id: slideId }) => open.some(({ slide }) => slide.id === slideId));
  return {
    isPossible: second !== undefined,
    isAttached,
    setAttached,
    pair: stands ? pair : null,
    begin() {
      if (first === undefined || second === undefined) return;
      // Each slide must be moved by itself while places are put under the crosses.
      setAttached(false);
      setPair({ from: first.slide, to: second.slide, panes: [first.pane, second.pane] });
    },
    end(attach) {
      setPair(null);
      if (attach) setAttached(true);
    },
    registrations,
  };
}
