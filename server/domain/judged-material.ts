import { createHash } from 'node:crypto';
import type { InstanceDescription } from '#shared/dicom/instance.ts';
import { AppError } from '#shared/errors.ts';
import type { ConsultationId } from '#shared/ids.ts';
import type { MaterialReviewed, SignedMaterial } from '#shared/report/report.ts';
import type { Repositories } from './ports.ts';
import { everythingIn } from './search-reach.ts';

/** One item of material with the name and the hash it has now. */
export type MaterialItem = Pick<SignedMaterial, 'kind' | 'ref' | 'title' | 'sha256'>;

/**
 * Everything the consultation holds: studies, then slides, then documents. The hash of a study is the SHA-256 of the
 * hashes of its instances, sorted and joined by line feeds, so that it does not depend on the order of upload.
 */
export async function listMaterial(
  { material, reports }: Pick<Repositories, 'material' | 'reports'>,
  consultationId: ConsultationId,
): Promise<MaterialItem[]> {
  const series = await material.seriesRows(everythingIn(consultationId), {});
  const hashes = await reports.instanceHashes(consultationId);
  const slides = await material.slides([consultationId]);
  const documents = await material.documents(consultationId);
  const studies = Map.groupBy(series, ({ studyUid }) => studyUid);
  return [
    ...[...studies].map(([studyUid, rows]): MaterialItem => {
      const instances = hashes.filter((row) => row.studyUid === studyUid).map(({ sha256 }) => sha256);
      const text = instances.toSorted().join('\n');
      return {
        kind: 'study',
        ref: studyUid,
        title: studyTitle(rows),
        sha256: createHash('sha256').update(text).digest('hex'),
      };
    }),
    ...slides.map(({ id, name, sha256 }): MaterialItem => ({ kind: 'slide', ref: id, title: baseName(name), sha256 })),
    ...documents.map(
      ({ id, name, sha256 }): MaterialItem => ({ kind: 'document', ref: id, title: baseName(name), sha256 }),
    ),
  ];
}

/** Throws REQUEST_INVALID for a judgement on something the consultation does not hold, or a second one on the same. */
export function checkReviewed(reviewed: readonly MaterialReviewed[], items: readonly MaterialItem[]): void {
  const seen = new Set<string>();
  for (const { kind, ref } of reviewed) {
    const known = items.some((item) => item.kind === kind && item.ref === ref);
    const where = 'content.materialsReviewed';
    if (!known) throw new AppError('REQUEST_INVALID', { where, reason: `names a ${kind} that is not in the material` });
    if (seen.has(ref)) throw new AppError('REQUEST_INVALID', { where, reason: `judges the same ${kind} twice` });
    seen.add(ref);
  }
}

/** Every item with its judgement; what was not judged says so. */
export function judgeMaterial(items: readonly MaterialItem[], reviewed: readonly MaterialReviewed[]): SignedMaterial[] {
  return items.map((item) => {
    const judged = reviewed.find(({ kind, ref }) => kind === item.kind && ref === item.ref);
    return { ...item, quality: judged?.quality ?? 'not-reviewed', reason: judged?.reason ?? '' };
  });
}

/** "CT · Chest and abdomen · 2024-03-01". */
function studyTitle(rows: readonly { readonly modality: string; readonly description: string }[]): string {
  const modalities = [...new Set(rows.map(({ modality }) => modality))].toSorted().join('/');
  const first = rows[0] === undefined ? null : (JSON.parse(rows[0].description) as InstanceDescription);
  return [modalities, first?.studyDescription?.replaceAll('^', ' '), first?.studyDate?.slice(0, 10)]
    .filter((part) => part)
    .join(' · ');
}

/** Uploaded names are paths of the sender's folder; a report shows the file's own. */
function baseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
