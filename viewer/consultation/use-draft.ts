import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { createConsultation, editConsultation } from '#viewer/api/consultations.ts';
import { DraftKeeper, type DraftState } from './draft-keeper.ts';
import { emptyForm, formOf } from './intake-form.ts';

const ports = {
  create: (intake: Parameters<typeof createConsultation>[0]) => createConsultation(intake),
  edit: (id: string, revision: number, intake: Parameters<typeof createConsultation>[0]) =>
    editConsultation(id, revision, intake),
  now: () => new Date(),
  after: (milliseconds: number, callback: () => void) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** A request being written, kept on the server as it is typed; leaving the page or the tab saves the rest. */
export function useDraft(stored: Consultation | null): { keeper: DraftKeeper; state: DraftState } {
  const [keeper] = useState(
    () => new DraftKeeper(ports, stored === null ? emptyForm(crypto.randomUUID()) : formOf(stored), stored),
  );
  const state = useSyncExternalStore(keeper.subscribe, keeper.state);
  useEffect(() => {
    const hide = () => {
      if (document.visibilityState === 'hidden') void keeper.flush();
    };
    const back = () => void keeper.flush();
    document.addEventListener('visibilitychange', hide);
    window.addEventListener('online', back);
    return () => {
      document.removeEventListener('visibilitychange', hide);
      window.removeEventListener('online', back);
      void keeper.flush();
    };
  }, [keeper]);
  return { keeper, state };
}
