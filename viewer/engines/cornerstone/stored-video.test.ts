import { expect, it } from 'vitest';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import type { FrameStack } from './frame-stack.ts';
import { videoOf } from './stored-video.ts';

const stack = (transferSyntaxUid: string): FrameStack => ({
  ...{ studyUid: '1.2' as StudyUid, seriesUid: '1.3' as SeriesUid },
  frames: [{ sopInstanceUid: '1.4' as SopInstanceUid, description: { transferSyntaxUid } } as never],
});

it('knows video by its transfer syntax, and takes the stream as it is stored', () => {
  expect(videoOf(stack('1.2.840.10008.1.2.4.102'))).toMatchObject({
    url: '/dicom-web/studies/1.2/series/1.3/instances/1.4/rendered',
    coding: expect.stringMatching(/H\.264/),
    lossy: true,
  });
  expect(videoOf(stack('1.2.840.10008.1.2.4.107'))?.coding).toMatch(/HEVC|H\.265/);
  for (const image of ['1.2.840.10008.1.2.4.50', '1.2.840.10008.1.2.1', '']) expect(videoOf(stack(image))).toBeNull();
});
