import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { uploadOutcomesQuery } from '#viewer/api/material.ts';
import { BatchResult } from './batch-result.tsx';
import { summarise, summariseItems } from './batch-summary.ts';
import { DropZone } from './drop-zone.tsx';
import type { FoundFile } from './dropped-files.ts';
import { UnfinishedNotice } from './unfinished-notice.tsx';
import { totalsOf } from './upload-item.ts';
import styles from './upload-panel.module.css';
import { UploadProgress } from './upload-progress.tsx';
import { uploads, useUploads } from './uploads.ts';

interface UploadPanelProps {
  /** Null while there is no consultation yet; `onFiles` then keeps what is dropped. */
  readonly consultationId: string | null;
  readonly onFiles?: (files: readonly FoundFile[]) => void;
  readonly compact?: boolean;
}

/** Results of this tab's batch; after a reload, what the server still knows was not taken. */
function useSummary(consultationId: string | null) {
  const all = useUploads();
  const items = useMemo(() => all.filter((item) => item.consultationId === consultationId), [all, consultationId]);
  const { data: outcomes } = useQuery({
    ...uploadOutcomesQuery(consultationId ?? ''),
    enabled: consultationId !== null && items.length === 0,
  });
  const summary = useMemo(() => {
    if (items.length > 0) return summariseItems(items);
    const kept = summarise((outcomes ?? []).flatMap((outcome) => outcome.results));
    return { ...kept, added: 0, alreadyHere: 0 };
  }, [items, outcomes]);
  return { items, summary };
}

/** The drop zone of a consultation with progress and an honest result below it. */
export function UploadPanel({ consultationId, onFiles, compact = false }: UploadPanelProps) {
  const { items, summary } = useSummary(consultationId);
  const add = (files: readonly FoundFile[]) => {
    if (consultationId === null) onFiles?.(files);
    else uploads.add(consultationId, files);
  };
  const canRetry = consultationId !== null && totalsOf(items).failed > 0;
  return (
    <div className={styles.panel}>
      <DropZone onFiles={add} compact={compact} />
      {consultationId !== null && <UnfinishedNotice consultationId={consultationId} items={items} />}
      <UploadProgress items={items} />
      <BatchResult summary={summary} onRetry={canRetry ? () => uploads.retry(consultationId) : undefined} />
    </div>
  );
}
