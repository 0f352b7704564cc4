import { Button } from '@mantine/core';
import { IconClock } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Navigate, useLocation, useNavigate, useParams } from 'react-router';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { sentenceOf } from '#viewer/api/client.ts';
import { consultationQuery, fireEvent } from '#viewer/api/consultations.ts';
import { materialQuery } from '#viewer/api/material.ts';
import { LoadProblem } from '#viewer/ui/page-problem.tsx';
import { countOf } from '#viewer/ui/quantities.ts';
import { Section } from '#viewer/ui/section.tsx';
import { useTitle } from '#viewer/ui/use-title.ts';
import type { FoundFile } from '#viewer/upload/dropped-files.ts';
import { hasEnded } from '#viewer/upload/upload-item.ts';
import { UploadPanel } from '#viewer/upload/upload-panel.tsx';
import { uploads, useUploads } from '#viewer/upload/uploads.ts';
import type { DraftKeeper } from './draft-keeper.ts';
import { DraftSide } from './draft-side.tsx';
import styles from './intake.module.css';
import { joinWords, missingForDraft } from './intake-form.ts';
import { IntakeSections } from './intake-sections.tsx';
import { MaterialList } from './material-list.tsx';
import { PageSkeleton } from './page-skeleton.tsx';
import { useDraft } from './use-draft.ts';

function Stale({ keeper }: { readonly keeper: DraftKeeper }) {
  return (
    <div className={styles.stale} role="alert">
      <p>This request was changed somewhere else, perhaps in another tab. Your words here are not saved yet.</p>
      <div className={styles.staleButtons}>
        <Button size="compact-sm" variant="default" onClick={() => void keeper.keepMine()}>
          Keep what is here
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => keeper.takeTheirs()}>
          Show the other version
        </Button>
      </div>
    </div>
  );
}

/** Files dropped before the draft exists wait here and start as soon as it does. */
function useStagedFiles(consultationId: string | null) {
  const [staged, setStaged] = useState<readonly FoundFile[]>([]);
  useEffect(() => {
    if (consultationId === null || staged.length === 0) return;
    uploads.add(consultationId, staged);
    setStaged([]);
  }, [consultationId, staged]);
  const stage = (files: readonly FoundFile[]) => setStaged((before) => [...before, ...files]);
  return { staged, stage };
}

/** The material so far, with what of it is still on its way. */
function useDraftMaterial(consultationId: string | null) {
  const { data: material } = useQuery({ ...materialQuery(consultationId ?? ''), enabled: consultationId !== null });
  const onTheWay = useUploads().filter((item) => item.consultationId === consultationId && !hasEnded(item.phase));
  const count = (material?.studies.length ?? 0) + (material?.slides.length ?? 0) + (material?.documents.length ?? 0);
  return { material, onTheWay: onTheWay.length, count };
}

function IntakeEditor({ stored }: { readonly stored: Consultation | null }) {
  const { keeper, state } = useDraft(stored);
  const navigate = useNavigate();
  const id = state.consultation?.id ?? null;
  const { staged, stage } = useStagedFiles(id);
  const { material, onTheWay, count } = useDraftMaterial(id);
  useEffect(() => {
    // The address gets the id without a navigation: the form stays as it is, and a reload finds the draft.
    if (stored === null && id !== null)
      window.history.replaceState(window.history.state, '', `/consultations/new/${id}`);
  }, [stored, id]);
  const submit = useMutation({
    mutationFn: async () => {
      await keeper.flush();
      const { consultation, status, reason } = keeper.state();
      if (consultation === null || status !== 'saved') throw new Error(reason ?? 'It is not saved yet.');
      return fireEvent(consultation.id, { event: 'submit', revision: consultation.revision, reason: null });
    },
    onSuccess: (consultation) => navigate(`/consultations/${consultation.id}`),
  });
  const words = missingForDraft(state.form);
  const missing =
    words.length > 0
      ? `Still needed: ${joinWords(words)}.`
      : onTheWay > 0
        ? `${countOf(onTheWay, 'file is', 'files are')} still on the way.`
        : null;
  return (
    <div className={styles.page}>
      <h1 className={styles.pageTitle}>{stored === null ? 'New consultation' : 'Consultation draft'}</h1>
      <div className={styles.form}>
        {state.status === 'stale' && <Stale keeper={keeper} />}
        <IntakeSections form={state.form} onChange={(patch) => keeper.change(patch)} />
        <Section id="material" title="Images, slides and documents">
          <UploadPanel consultationId={id} onFiles={stage} />
          {staged.length > 0 && (
            <p className={styles.staged} role="status">
              <IconClock size={16} />
              {countOf(staged.length, 'file is', 'files are')} waiting for {joinWords(words) || 'the draft'}; then they
              are sent by themselves.
            </p>
          )}
          {material !== undefined && <MaterialList material={material} />}
        </Section>
      </div>
      <DraftSide
        state={state}
        materialCount={count}
        missing={missing}
        note={count === 0 ? 'No images or documents yet; you may add them later too.' : null}
        submitting={submit.isPending}
        refusal={
          submit.isError ? (submit.error instanceof Error ? submit.error.message : sentenceOf(submit.error)) : null
        }
        onSubmit={() => submit.mutate()}
      />
    </div>
  );
}

/** A stored draft, opened again. */
function StoredDraft({ id }: { readonly id: string }) {
  const { data, error, refetch } = useQuery({ ...consultationQuery(id), refetchOnWindowFocus: false });
  if (data === undefined && error !== null) return <LoadProblem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <PageSkeleton />;
  if (!data.actions.includes('consultation.edit')) return <Navigate to={`/consultations/${id}`} replace />;
  return <IntakeEditor stored={data} />;
}

/** One page for a new request and for a draft that is written on. */
export function NewConsultationPage() {
  useTitle('New consultation');
  const { draftId } = useParams();
  const { key } = useLocation();
  return draftId === undefined ? <IntakeEditor key={key} stored={null} /> : <StoredDraft key={key} id={draftId} />;
}
