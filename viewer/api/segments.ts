import { type KeyImage, type KeyImageDraft, keyImageSchema } from '#shared/annotation/key-image.ts';
import { keyImagePaths, keyImagesSchema } from '#shared/api/key-images.ts';
import { segmentPaths, segmentsSchema } from '#shared/api/segments.ts';
import { type Segment, type SegmentDraft, segmentSchema } from '#shared/segmentation/segment.ts';
import { nothing, request } from './client.ts';

export async function loadSegments(consultationId: string, signal?: AbortSignal): Promise<readonly Segment[]> {
  return (await request(segmentsSchema, 'GET', segmentPaths.list(consultationId), undefined, signal)).segments;
}

export function putSegment(
  consultationId: string,
  id: string,
  revision: number,
  segment: SegmentDraft,
): Promise<Segment> {
  return request(segmentSchema, 'PUT', segmentPaths.one(consultationId, id), { revision, segment });
}

export async function deleteSegment(consultationId: string, id: string, revision: number): Promise<void> {
  await request(nothing, 'DELETE', `${segmentPaths.one(consultationId, id)}?revision=${revision}`);
}

export async function loadKeyImages(consultationId: string, signal?: AbortSignal): Promise<readonly KeyImage[]> {
  return (await request(keyImagesSchema, 'GET', keyImagePaths.list(consultationId), undefined, signal)).keyImages;
}

export function putKeyImage(
  consultationId: string,
  id: string,
  revision: number,
  keyImage: KeyImageDraft,
): Promise<KeyImage> {
  return request(keyImageSchema, 'PUT', keyImagePaths.one(consultationId, id), { revision, keyImage });
}

export async function deleteKeyImage(consultationId: string, id: string, revision: number): Promise<void> {
  await request(nothing, 'DELETE', `${keyImagePaths.one(consultationId, id)}?revision=${revision}`);
}
