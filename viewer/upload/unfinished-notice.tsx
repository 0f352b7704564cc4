import { Alert } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import { useState } from 'react';
import { countOf, formatBytes } from '#viewer/ui/quantities.ts';
import { unfinishedUploads } from './unfinished-uploads.ts';
import type { UploadItem } from './upload-item.ts';

const NAMED = 3;

/** Says after a reload what did not arrive whole, and that choosing it again goes on with it. */
export function UnfinishedNotice(props: { readonly consultationId: string; readonly items: readonly UploadItem[] }) {
  const [isDismissed, setDismissed] = useState(false);
  const here = new Set(props.items.map(({ path }) => path));
  const left = unfinishedUploads(window.localStorage, props.consultationId, here, Date.now());
  if (isDismissed || left.length === 0) return null;
  const names = left.slice(0, NAMED).map(({ path, sizeBytes }) => `${path} (${formatBytes(sizeBytes)})`);
  const others = left.length > NAMED ? ` and ${countOf(left.length - NAMED, 'other')}` : '';
  return (
    <Alert
      variant="light"
      color="yellow"
      icon={<IconPlayerPause size={16} />}
      title={left.length === 1 ? 'A file did not arrive whole' : `${countOf(left.length, 'file')} did not arrive whole`}
      withCloseButton
      closeButtonLabel="Do not go on with them"
      onClose={() => {
        for (const { key } of left) window.localStorage.removeItem(key);
        setDismissed(true);
      }}
    >
      <bdi>{names.join(', ')}</bdi>
      {others}. Choose {left.length === 1 ? 'it' : 'them'} again: sending goes on where it was.
    </Alert>
  );
}
