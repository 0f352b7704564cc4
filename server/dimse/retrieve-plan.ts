import type { InstanceScope } from '#server/domain/material-ports.ts';
import type { Principal } from '#server/domain/ports.ts';
import { searchDicom } from '#server/domain/search-dicom.ts';
import { decide } from '#shared/consultation/permissions.ts';
import { attributePath } from '#shared/dicom/query/attribute-path.ts';
import type { ConsultationId, SeriesUid, Sha256, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { type HierarchicalRequest, TAGS } from './query.ts';
import type { DimseNeeds } from './session.ts';

/** Which objects a C-GET or C-MOVE is about (PS3.4 sections C.4.2.1.4 and C.4.3.1.3). */

export interface OutgoingObject {
  readonly sopClassUid: string;
  readonly sopInstanceUid: SopInstanceUid;
  readonly transferSyntaxUid: string;
  readonly sha256: Sha256;
}

/** One thing that was asked for: a study, a series or an instance, as the audit trail names it. */
export interface RetrievedSubject {
  readonly uid: string;
  readonly consultationId: ConsultationId | null;
}

export interface RetrievePlan {
  readonly objects: readonly OutgoingObject[];
  readonly subjects: readonly RetrievedSubject[];
}

/** Sub-operations are counted in 16 bits (PS3.7 table 9.3-8). */
export const MAX_OBJECTS = 65_535;

/** Everything the request names that `principal` may read, each object once; a sentence when there is too much. */
export async function planRetrieve(
  needs: DimseNeeds,
  principal: Principal,
  request: HierarchicalRequest,
): Promise<RetrievePlan | string> {
  const objects = new Map<string, OutgoingObject>();
  const subjects: RetrievedSubject[] = [];
  for (const { uid, kind, scope } of await scopesOf(needs, principal, request)) {
    const standings = await needs.db.consultations.standings(principal.userId, kind, uid);
    const allowed = standings.filter((one) => decide('material.read', principal.role, one) === 'allowed');
    const consultationIds = allowed.map(({ consultationId }) => consultationId);
    if (consultationIds.length === 0) continue;
    const rows = await needs.db.material.instanceRows(consultationIds, scope);
    if (rows.length === 0) continue;
    if (objects.size + rows.length > MAX_OBJECTS) return `More than ${MAX_OBJECTS} objects are asked for.`;
    const classes = new Map(rows.map(({ sopInstanceUid, sopClassUid }) => [sopInstanceUid, sopClassUid]));
    for (const file of await needs.db.material.instanceFiles(consultationIds, scope)) {
      const sopClassUid = classes.get(file.sopInstanceUid);
      if (sopClassUid !== undefined) objects.set(file.sopInstanceUid, { ...file, sopClassUid });
    }
    subjects.push({ uid, consultationId: consultationIds[0] ?? null });
  }
  return { objects: [...objects.values()], subjects };
}

interface Scope {
  readonly uid: string;
  readonly kind: 'study' | 'series' | 'instance';
  readonly scope: InstanceScope;
}

async function scopesOf(
  needs: DimseNeeds,
  principal: Principal,
  { level, keys, wanted }: HierarchicalRequest,
): Promise<Scope[]> {
  const keyValue = (tag: string): string => keys.find((key) => key.tag === tag)?.value ?? '';
  const studyUid = keyValue(TAGS.studyUid) as StudyUid;
  const seriesUid = keyValue(TAGS.seriesUid) as SeriesUid;
  switch (level) {
    case 'PATIENT':
      return (await studiesOfPatient(needs, principal, wanted)).map((uid) => ({
        ...{ uid, kind: 'study', scope: { studyUid: uid } },
      }));
    case 'STUDY':
      return wanted.map((uid) => ({ uid, kind: 'study', scope: { studyUid: uid as StudyUid } }));
    case 'SERIES':
      return wanted.map((uid) => ({ uid, kind: 'series', scope: { studyUid, seriesUid: uid as SeriesUid } }));
    case 'IMAGE':
      return wanted.map((uid) => {
        const sopInstanceUid = uid as SopInstanceUid;
        return { uid, kind: 'instance', scope: { studyUid, seriesUid, sopInstanceUid } };
      });
  }
}

/** A Patient ID is compared as it stands: the wildcards of a query have no meaning here. */
async function studiesOfPatient(
  { db }: DimseNeeds,
  principal: Principal,
  [patientId, ...others]: readonly string[],
): Promise<StudyUid[]> {
  if (patientId === undefined || others.length > 0) return [];
  const query = {
    level: 'study',
    scope: {},
    include: [],
    combinedDateTime: false,
    limit: MAX_OBJECTS,
    offset: 0,
  } as const;
  const filters = [
    { path: attributePath(TAGS.patientId), condition: { kind: 'texts', patterns: [patientId] } as const },
  ];
  const { datasets } = await searchDicom({ db }, principal, { ...query, filters }, '');
  return datasets
    .filter((study) => study[TAGS.patientId]?.Value?.[0] === patientId)
    .flatMap((study) => (study[TAGS.studyUid]?.Value ?? []) as StudyUid[]);
}
