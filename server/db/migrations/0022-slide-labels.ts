import type { Kysely } from 'kysely';
import { showsSlideLabel } from '#shared/dicom/slide-label.ts';

interface Stored {
  dicom_instances: {
    sop_instance_uid: string;
    sop_class_uid: string;
    modality: string;
    metadata: string;
    slide_label: number;
  };
}
type Elements = Readonly<Record<string, { readonly Value?: readonly unknown[] } | undefined>>;

/** Which instances show the label of a slide, so that they need the permission to see one. */
export async function up(db: Kysely<Stored>): Promise<void> {
  await db.schema
    .alterTable('dicom_instances')
    .addColumn('slide_label', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  const slides = await db
    .selectFrom('dicom_instances')
    .select(['sop_instance_uid'])
    .where((where) =>
      where.or([
        where('modality', '=', 'SM'),
        where('sop_class_uid', 'in', ['1.2.840.10008.5.1.4.1.1.77.1.6', '1.2.840.10008.5.1.4.1.1.77.1.8']),
      ]),
    )
    .execute();
  // One at a time: the header of a slide may have megabytes.
  for (const { sop_instance_uid: uid } of slides) {
    const row = await db
      .selectFrom('dicom_instances')
      .select(['sop_class_uid', 'modality', 'metadata'])
      .where('sop_instance_uid', '=', uid)
      .executeTakeFirst();
    if (row === undefined) continue;
    const elements = JSON.parse(row.metadata) as Elements;
    const texts = (tag: string): string[] => (elements[tag]?.Value ?? []).map(String);
    const isLabel = showsSlideLabel({
      ...{ sopClassUid: row.sop_class_uid, modality: row.modality },
      imageType: texts('00080008'),
      specimenLabelInImage: texts('00480010')[0] ?? null,
    });
    if (isLabel) {
      await db.updateTable('dicom_instances').set({ slide_label: 1 }).where('sop_instance_uid', '=', uid).execute();
    }
  }
}
