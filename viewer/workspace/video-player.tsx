import { Button } from '@mantine/core';
import { IconDownload, IconMovieOff } from '@tabler/icons-react';
import { useState } from 'react';
import type { StoredVideo } from '#viewer/engines/cornerstone/stored-video.ts';
import classes from './video-player.module.css';

interface VideoPlayerProps {
  readonly video: StoredVideo;
  readonly patientLine: string;
  readonly studyLine: string;
}

/** What HTMLMediaElement says of an error, as a reader understands it. */
const REASONS: Readonly<Record<number, string>> = {
  2: 'The video did not arrive whole.',
  3: 'The video is damaged, or not coded as it says.',
};

/** A stored video in the browser's own player; where that cannot play it, why, and the file itself. */
export function VideoPlayer({ video, patientLine, studyLine }: VideoPlayerProps) {
  const [problem, setProblem] = useState<string | null>(null);
  return (
    <div className={classes.player}>
      <p className={classes.words}>
        {patientLine.replaceAll('\n', ' · ')} · {studyLine.replaceAll('\n', ' · ')} · {video.coding}
        {video.lossy && ' · Lossy'} · Nothing can be measured on a video here
      </p>
      {problem === null ? (
        // biome-ignore lint/a11y/useMediaCaption: medical video carries no captions
        <video
          className={classes.video}
          controls
          loop
          playsInline
          src={video.url}
          aria-label={`Video, ${studyLine.replaceAll('\n', ', ')}`}
          onError={({ currentTarget }) =>
            setProblem(REASONS[currentTarget.error?.code ?? 0] ?? `This browser has no decoder for ${video.coding}.`)
          }
        />
      ) : (
        <div className={classes.problem} role="alert">
          <IconMovieOff size={32} stroke={1.5} aria-hidden />
          <p>{problem} It can be saved and played by another program.</p>
          <Button
            component="a"
            href={video.url}
            download
            variant="default"
            size="sm"
            leftSection={<IconDownload size={16} stroke={1.75} aria-hidden />}
          >
            Save the video
          </Button>
        </div>
      )}
    </div>
  );
}
