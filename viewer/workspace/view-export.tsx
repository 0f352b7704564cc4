import { ActionIcon, Checkbox, Menu, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCopy, IconDownload, IconPrinter, IconShare2 } from '@tabler/icons-react';
import { type RefObject, useState } from 'react';
import type { EngineStatus } from '#viewer/engines/image-engine.ts';
import { saveFile } from '#viewer/ui/save-file.ts';
import { printPicture } from './print-picture.ts';
import classes from './view-export.module.css';
import { pictureOfView, pngOf } from './view-picture.ts';

interface ViewExportProps {
  readonly viewport: RefObject<HTMLElement | null>;
  /** What is on the screen at this moment. */
  readonly status: () => EngineStatus | null;
  readonly patientLine: string;
  readonly studyLine: string;
}

/** Takes the view along: as a file, in the clipboard or on paper, with marks and with the patient's text only if chosen. */
export function ViewExport({ viewport, status, patientLine, studyLine }: ViewExportProps) {
  const [marks, setMarks] = useState(true);
  const [who, setWho] = useState(false);
  const take = async (use: (picture: HTMLCanvasElement, name: string) => Promise<void>): Promise<void> => {
    try {
      const now = status();
      const element = viewport.current?.querySelector<HTMLElement>('[role="application"]');
      if (element == null || now?.phase !== 'shown' || now.frame === null || now.frame.preview) {
        throw new Error('Wait until the image is shown whole: what is on the screen now is not it.');
      }
      const inverted = now.view?.kind === 'frame' && now.view.inverted;
      const taken = new Date().toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
      const origin = `taken from Consilium at ${window.location.host}, ${taken}`;
      const facts = { frame: now.frame, inverted, who: who ? patientLine : null, what: studyLine, origin };
      await use(await pictureOfView(element, facts, marks), `view-${now.frame.index + 1}`);
    } catch (error) {
      const message = error instanceof Error ? error.message : 'This view could not be taken along.';
      notifications.show({ color: 'yellow', message });
    }
  };
  return (
    <Menu position="bottom-end" shadow="none" withinPortal transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <Tooltip label="Save, copy or print the view" openDelay={300}>
          <ActionIcon className={classes.target} variant="default" size={26} aria-label="Save, copy or print the view">
            <IconShare2 size={16} stroke={1.75} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.choices}>
          <Checkbox size="sm" label="With marks" checked={marks} onChange={() => setMarks(!marks)} />
          <Checkbox size="sm" label="With the patient’s text" checked={who} onChange={() => setWho(!who)} />
        </div>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconDownload size={16} stroke={1.75} aria-hidden />}
          onClick={() => void take(async (picture, name) => saveFile(`${name}.png`, 'image/png', await pngOf(picture)))}
        >
          Save as PNG
        </Menu.Item>
        <Menu.Item
          leftSection={<IconCopy size={16} stroke={1.75} aria-hidden />}
          onClick={() => void take(async (picture) => copy(await pngOf(picture)))}
        >
          Copy the picture
        </Menu.Item>
        <Menu.Item
          leftSection={<IconPrinter size={16} stroke={1.75} aria-hidden />}
          onClick={() => void take((picture) => printPicture(picture))}
        >
          Print, or save as PDF
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

async function copy(png: Blob): Promise<void> {
  if (typeof ClipboardItem === 'undefined' || navigator.clipboard?.write === undefined) {
    throw new Error('This browser lets no page copy pictures here: it needs HTTPS. Save the picture instead.');
  }
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
  notifications.show({ message: 'The picture is in the clipboard.' });
}
