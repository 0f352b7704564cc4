import { materialPaths } from '#shared/api/material.ts';
import { transferSyntaxOf } from '#shared/dicom/transfer-syntax.ts';
import type { FrameStack } from './frame-stack.ts';

/** A video object: its stream as it is stored, for the browser's own player. */
export interface StoredVideo {
  readonly url: string;
  /** The name of its coding: "MPEG-4 AVC/H.264 High Profile / Level 4.1". */
  readonly coding: string;
  readonly lossy: boolean;
}

/** The video a stack is, where its frames are parts of a stream (PS3.5 sections 8.2.5 to 8.2.8); null for images. */
export function videoOf({ studyUid, seriesUid, frames }: FrameStack): StoredVideo | null {
  const [first] = frames;
  if (first === undefined || first.description.transferSyntaxUid === '') return null;
  const syntax = transferSyntaxOf(first.description.transferSyntaxUid);
  if (syntax.coding !== 'video') return null;
  const url = materialPaths.rendered(studyUid, seriesUid, first.sopInstanceUid);
  return { url, coding: syntax.name, lossy: syntax.lossy !== false };
}
