import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { InstanceReach } from '#server/domain/reach-ports.ts';
import { instanceReach } from '#server/domain/search-reach.ts';
import type { Access } from '#server/http/access.ts';
import { principalOf } from '#server/http/access-control.ts';
import { uidSchema } from '#shared/id-schemas.ts';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';

/** The tree of /dicom-web (PS3.18 section 10.4): paths, their parameters and who may follow them. */

export const DICOMWEB = '/dicom-web';
export const STUDY_PATH = `${DICOMWEB}/studies/:studyUid`;
export const SERIES_PATH = `${STUDY_PATH}/series/:seriesUid`;
export const INSTANCE_PATH = `${SERIES_PATH}/instances/:sopInstanceUid`;

export const studyParams = z.object({ studyUid: uidSchema<StudyUid>() });
export const seriesParams = studyParams.extend({ seriesUid: uidSchema<SeriesUid>() });
export const instanceParams = seriesParams.extend({ sopInstanceUid: uidSchema<SopInstanceUid>() });

export const byStudy: Access = { kind: 'consultation', action: 'material.read', by: 'study', param: 'studyUid' };
/**
 * Series and everything below: one question a series, not one an instance. That the instance belongs to the series
 * and to one of the consultations is asked of the database in each case.
 */
export const bySeries: Access = { kind: 'consultation', action: 'material.read', by: 'series', param: 'seriesUid' };

/** What the request may read: nothing else may appear in the answer. */
export function instancesWithin(request: FastifyRequest): InstanceReach {
  return instanceReach(principalOf(request).role, request.standings);
}

/** The address of the service as the client wrote it, for the URLs in answers. */
export function serviceBase(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}${DICOMWEB}`;
}
