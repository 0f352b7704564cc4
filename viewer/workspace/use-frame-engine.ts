import { notifications } from '@mantine/notifications';
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { SeriesUid, SopInstanceUid, StudyUid } from '#shared/ids.ts';
import { sessionRenewed } from '#viewer/api/session.ts';
import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine-port.ts';
import { registerGraphicsRestored } from '#viewer/engines/cornerstone/graphics-loss.ts';
import type { StoredVideo } from '#viewer/engines/cornerstone/stored-video.ts';
import type { EngineListener, EngineStatus } from '#viewer/engines/image-engine.ts';
import { registerSessionRenewal } from '#viewer/engines/session-renewal.ts';
import { useMountedEngine } from './use-mounted-engine.ts';

export interface FrameEngineState {
  readonly engine: FrameEngine | null;
  readonly status: EngineStatus;
  /** The series is a video, which no engine shows. */
  readonly video: StoredVideo | null;
  /** Why the series could not be opened at all, one sentence. */
  readonly problem: string | null;
  readonly retry: () => void;
}

// Frames that are refused because the session has ended wait for the sign-in on top of the page.
registerSessionRenewal(sessionRenewed);

// Several viewports lose their pictures together: one note, under one id, says it.
registerGraphicsRestored(() =>
  notifications.show({
    id: 'graphics-restored',
    color: 'yellow',
    message: 'The graphics card took its memory back. The images were painted again as they were.',
  }),
);

const load = async () => (await import('#viewer/engines/cornerstone/frame-engine.ts')).createFrameEngine;

/** Mounts a frame engine in `host`, opens the series in it and closes both with the component. */
export function useFrameEngine(
  host: RefObject<HTMLDivElement | null>,
  studyUid: StudyUid,
  seriesUid: SeriesUid,
  members: readonly SopInstanceUid[],
  listener: EngineListener,
  onOpened: (engine: FrameEngine) => void,
): FrameEngineState {
  const { engine, status, mounting } = useMountedEngine<FrameEngine>(host, load, listener);
  const opened = useRef(onOpened);
  opened.current = onOpened;
  const [problem, setProblem] = useState<string | null>(null);
  const [video, setVideo] = useState<StoredVideo | null>(null);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt opens the same series again
  useEffect(() => {
    const leaving = new AbortController();
    const open = async (): Promise<void> => {
      const [{ loadFrameStack }, { videoOf }] = await Promise.all([
        import('#viewer/engines/cornerstone/series-metadata.ts'),
        import('#viewer/engines/cornerstone/stored-video.ts'),
      ]);
      // What the series holds is asked for while the engine is still being loaded.
      const [stack, mounted] = await Promise.all([
        loadFrameStack(studyUid, seriesUid, leaving.signal, members),
        mounting.current,
      ]);
      if (leaving.signal.aborted) return;
      const stored = videoOf(stack);
      setVideo(stored);
      if (stored !== null) return;
      if (mounted === null) throw new Error('The image viewer could not be started in this browser.');
      await mounted.open(stack, leaving.signal);
      if (!leaving.signal.aborted) opened.current(mounted);
    };
    setProblem(null);
    setVideo(null);
    open().catch((error: unknown) => {
      if (!leaving.signal.aborted) setProblem(error instanceof Error ? error.message : 'This series cannot be opened.');
    });
    return () => leaving.abort();
  }, [host, mounting, studyUid, seriesUid, members, attempt]);

  const isOpen = status.phase !== 'blank';
  const retry = useCallback(() => {
    if (isOpen) engine?.retry();
    else setAttempt((before) => before + 1);
  }, [engine, isOpen]);
  return { engine, status, video, problem: isOpen ? null : problem, retry };
}
