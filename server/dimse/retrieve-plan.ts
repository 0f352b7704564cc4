import type { InstanceScope } from '#server/domain/material-ports.ts';
import type { Principal } from '#server/domain/ports.ts';
import { instanceReach } from '#server/domain/search-reach.ts';
import type { ConsultationId, SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import type { OutgoingObject } from './outgoing-object.ts';
import { type HierarchicalRequest, TAGS } from './query.ts';
import { studiesOfPatient } from './search-adapter.ts';
import type { DimseNeeds } from './session.ts';

/** Which objects a C-GET or C-MOVE is about (PS3.4 sections C.4.2.1.4 and C.4.3.1.3). */

/** One thing that was asked for and is there: a study, a series or an instance, as the audit trail names it. */
export interface RetrievedSubject {
  readonly uid: string;
  readonly consultationId: ConsultationId | null;
}

export interface RetrievePlan {
  readonly objects: readonly OutgoingObject[];
  readonly subjects: readonly RetrievedSubject[];
}

/** Sub-operations are counted in 16 bits (PS3.7 table 9.3-8). */
const MAX_OBJECTS = 65_535;

/** Everything the request names that the person may read, each object once; a sentence when there is too much. */
export async function planRetrieve(
  needs: DimseNeeds,
  principal: Principal,
  request: HierarchicalRequest,
): Promise<RetrievePlan | string> {
  const { db } = needs;
  const objects = new Map<string, OutgoingObject>();
  const subjects: RetrievedSubject[] = [];
  for (const { uid, kind, scope } of await scopesOf(needs, principal, request)) {
    // The same question as for every route: who holds it, and may he read there.
    const standings = await db.consultations.standings(principal.userId, kind, uid);
    const reach = instanceReach(principal.role, standings);
    const rows = await db.material.instanceRows(reach, scope);
    if (rows.length === 0) continue;
    if (objects.size + rows.length > MAX_OBJECTS) return `More than ${MAX_OBJECTS} objects are asked for.`;
    const classes = new Map(rows.map(({ sopInstanceUid, sopClassUid }) => [sopInstanceUid, sopClassUid]));
    for (const file of await db.material.instanceFiles(reach, scope)) {
      const sopClassUid = classes.get(file.sopInstanceUid);
      if (sopClassUid !== undefined) objects.set(file.sopInstanceUid, { ...file, sopClassUid, reach });
    }
    subjects.push({ uid, consultationId: reach.consultationIds[0] ?? null });
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
  const study = (uid: string): Scope => ({ uid, kind: 'study', scope: { studyUid: uid as StudyUid } });
  switch (level) {
    case 'PATIENT': {
      const studies = await Promise.all(wanted.map((id) => studiesOfPatient(needs, principal, id)));
      return studies.flat().map(study);
    }
    case 'STUDY':
      return wanted.map(study);
    case 'SERIES':
      return wanted.map((uid) => ({ uid, kind: 'series', scope: { studyUid, seriesUid: uid as SeriesUid } }));
    case 'IMAGE':
      return wanted.map((uid) => {
        const sopInstanceUid = uid as SopInstanceUid;
        return { uid, kind: 'instance', scope: { studyUid, seriesUid, sopInstanceUid } };
      });
  }
}
