import { Button } from '@mantine/core';
import { IconFolderOpen, IconUpload } from '@tabler/icons-react';
import { type ChangeEvent, type DragEvent, useEffect, useRef, useState } from 'react';
import styles from './drop-zone.module.css';
import { type FoundFile, filesOfChooser, filesOfDrop } from './dropped-files.ts';

interface DropZoneProps {
  readonly onFiles: (files: readonly FoundFile[]) => void;
  /** Smaller, for a page that is about something else. */
  readonly compact?: boolean;
}

function carriesFiles(event: DragEvent | globalThis.DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

/** A drop beside the zone would make the browser leave the page and show the file. */
function useNoStrayDrop(): void {
  useEffect(() => {
    const stop = (event: globalThis.DragEvent) => {
      if (carriesFiles(event)) event.preventDefault();
    };
    window.addEventListener('dragover', stop);
    window.addEventListener('drop', stop);
    return () => {
      window.removeEventListener('dragover', stop);
      window.removeEventListener('drop', stop);
    };
  }, []);
}

/** Takes anything: folders, archives, files, dropped or chosen. */
export function DropZone({ onFiles, compact = false }: DropZoneProps) {
  const [over, setOver] = useState(false);
  const [looking, setLooking] = useState(false);
  const filesRef = useRef<HTMLInputElement>(null);
  const folderRef = useRef<HTMLInputElement>(null);
  useNoStrayDrop();
  const idle = compact ? 'Add more: drop a folder or files here' : 'Drop a whole folder here';
  const call = looking ? 'Looking through the folder…' : over ? 'Let go to add' : idle;
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    setLooking(true);
    try {
      const found = await filesOfDrop(event.dataTransfer, AbortSignal.timeout(300_000));
      if (found.length > 0) onFiles(found);
    } finally {
      setLooking(false);
    }
  };
  const chosen = (event: ChangeEvent<HTMLInputElement>) => {
    const list = event.currentTarget.files;
    if (list !== null && list.length > 0) onFiles(filesOfChooser(list));
    // The same folder can be chosen again.
    event.currentTarget.value = '';
  };
  return (
    <section
      className={styles.zone}
      data-over={over}
      data-compact={compact}
      aria-label="Add images, slides and documents"
      onDragEnter={(event) => {
        if (carriesFiles(event)) setOver(true);
      }}
      onDragOver={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => void drop(event)}
    >
      <IconUpload className={styles.icon} size={compact ? 20 : 26} stroke={1.5} aria-hidden />
      <p className={styles.call}>{call}</p>
      {!compact && (
        <p className={styles.hint}>
          DICOM studies, whole slides, PDF, pictures, text or a .zip of them. Sort nothing: every file is recognised by
          what it is.
        </p>
      )}
      <div className={styles.buttons}>
        <Button
          variant="default"
          size={compact ? 'xs' : 'sm'}
          leftSection={<IconFolderOpen size={16} />}
          onClick={() => folderRef.current?.click()}
        >
          Choose folder
        </Button>
        <Button variant="default" size={compact ? 'xs' : 'sm'} onClick={() => filesRef.current?.click()}>
          Choose files
        </Button>
      </div>
      <input
        ref={filesRef}
        type="file"
        multiple
        hidden
        aria-label="Files to add"
        data-chooser="files"
        onChange={chosen}
      />
      <input
        ref={folderRef}
        type="file"
        hidden
        aria-label="Folder to add"
        data-chooser="folder"
        onChange={chosen}
        webkitdirectory=""
      />
    </section>
  );
}
