import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import type { SlideSummary } from '#shared/api/material.ts';
import type { PutRegistration, SlideRegistration } from '#shared/api/slide-registrations.ts';
import { registerSlides } from '#shared/imaging/slide-registration.ts';
import { putSlideRegistration, slideRegistrationsQuery } from '#viewer/api/slide-registrations.ts';
import type { SlideSync } from './slide-sync.ts';

export interface SlideRegistrations {
  /** What the person marked in these two slides, else what a colleague did; null without any. */
  find(fromId: string, toId: string): SlideRegistration | null;
  put(registration: PutRegistration): Promise<void>;
}

/** The registrations of a consultation, kept in step with the slides that move together. */
export function useSlideRegistrations(
  consultationId: string,
  slides: readonly SlideSummary[],
  sync: SlideSync,
  isReader: boolean,
  myId: string,
): SlideRegistrations {
  const client = useQueryClient();
  const query = slideRegistrationsQuery(consultationId);
  const { data = [] } = useQuery({ ...query, enabled: isReader && slides.length > 1 });
  useEffect(() => {
    const slideOf = (id: string) => slides.find((slide) => slide.id === id);
    // One's own last: it is the one that holds.
    for (const one of data.toSorted((a, b) => Number(a.authorId === myId) - Number(b.authorId === myId))) {
      const [from, to] = [slideOf(one.fromId), slideOf(one.toId)];
      const found = from === undefined || to === undefined ? null : registerSlides(one.pairs, from, to, one.model);
      if (found !== null) sync.register(one.fromId, one.toId, found.transform);
    }
  }, [data, slides, sync, myId]);
  return {
    find(fromId, toId) {
      const of = data.filter((one) => one.fromId === fromId && one.toId === toId);
      return of.find(({ authorId }) => authorId === myId) ?? of.at(-1) ?? null;
    },
    put: useCallback(
      async (registration) => {
        const all = await putSlideRegistration(consultationId, registration);
        client.setQueryData(slideRegistrationsQuery(consultationId).queryKey, all);
      },
      [client, consultationId],
    ),
  };
}
