import { ActionIcon, FileButton, Menu, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconFileExport, IconFileImport, IconTransfer } from '@tabler/icons-react';
import { Fragment } from 'react';
import { GEOJSON_NOTES } from '#shared/annotation/formats/geojson.ts';
import { IMAGESCOPE_NOTES } from '#shared/annotation/formats/imagescope-xml.ts';
import { annotationFilePaths, type ImportedAnnotations, MOST_FILE_CHARACTERS } from '#shared/api/annotation-files.ts';
import type { SlideSummary } from '#shared/api/material.ts';
import { importAnnotationFile } from '#viewer/api/annotation-files.ts';
import { sentenceOf } from '#viewer/api/client.ts';

interface AnnotationExchangeProps {
  readonly consultationId: string;
  readonly slides: readonly SlideSummary[];
  readonly canWrite: boolean;
  /** Resolves when everything drawn here is saved: files are made of what the server has. */
  readonly settle: () => Promise<void>;
  /** Reads the annotations again. */
  readonly reload: () => Promise<void>;
}

const ACCEPTED = '.geojson,.json,.xml,.anot';

/** Annotations of slides to and from files of QuPath, ImageScope, ASAP and HistomicsUI. */
export function AnnotationExchange({ consultationId, slides, canWrite, settle, reload }: AnnotationExchangeProps) {
  if (slides.length === 0) return null;
  const importFile = async (slide: SlideSummary, file: File | null) => {
    if (file === null) return;
    const told = await importInto(consultationId, slide, file).catch((error: unknown) => ({
      color: 'red',
      title: `${file.name} was not added`,
      message: sentenceOf(error),
    }));
    notifications.show({ ...told, autoClose: told.color === 'green' ? 6000 : false });
    await reload();
  };
  return (
    <Menu position="bottom-end" withinPortal width={300} closeOnItemClick={false}>
      <Menu.Target>
        <Tooltip label="Files of QuPath, ImageScope …">
          <ActionIcon variant="subtle" color="gray" aria-label="Annotations from and to files">
            <IconTransfer size={16} stroke={1.75} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {slides.map((slide) => (
          <Fragment key={slide.id}>
            <Menu.Label>{slide.name}</Menu.Label>
            {canWrite && (
              <FileButton accept={ACCEPTED} onChange={(file) => void importFile(slide, file)}>
                {(props) => (
                  <Menu.Item {...props} leftSection={<IconFileImport size={16} stroke={1.75} aria-hidden />}>
                    Add from a file …
                  </Menu.Item>
                )}
              </FileButton>
            )}
            <ExportItem
              name="Save as GeoJSON (QuPath)"
              address={annotationFilePaths.geoJson(consultationId, slide.id)}
              notes={GEOJSON_NOTES}
              settle={settle}
            />
            <ExportItem
              name="Save as XML (ImageScope)"
              address={annotationFilePaths.imageScope(consultationId, slide.id)}
              notes={IMAGESCOPE_NOTES}
              settle={settle}
            />
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

interface ExportItemProps {
  readonly name: string;
  readonly address: string;
  readonly notes: readonly string[];
  readonly settle: () => Promise<void>;
}

function ExportItem({ name, address, notes, settle }: ExportItemProps) {
  return (
    <Tooltip label={notes.join(' ')} position="left" multiline maw={320} openDelay={300}>
      <Menu.Item
        leftSection={<IconFileExport size={16} stroke={1.75} aria-hidden />}
        onClick={async () => {
          await settle();
          window.location.assign(address);
        }}
      >
        {name}
      </Menu.Item>
    </Tooltip>
  );
}

async function importInto(consultationId: string, slide: SlideSummary, file: File) {
  if (file.size > MOST_FILE_CHARACTERS) {
    const message = `It is larger than ${MOST_FILE_CHARACTERS / 1024 / 1024} MB. Nothing was changed.`;
    return { color: 'red', title: `${file.name} was not added`, message };
  }
  const result = await importAnnotationFile(consultationId, slide.id, await file.text());
  return {
    color: result.refused.length > 0 ? 'yellow' : 'green',
    title: `${file.name}: ${result.format}`,
    message: inWords(result),
  };
}

const MOST_TOLD = 3;

/** "12 annotations added, 3 were there already. Number 7 lies outside the slide." */
function inWords({ added, present, refused, notes }: ImportedAnnotations): string {
  const count = added === 1 ? '1 annotation added' : `${added} annotations added`;
  const told = refused.slice(0, MOST_TOLD).map(({ place, reason }) => `Number ${place} ${reason}.`);
  const rest = refused.length - told.length;
  return [
    `${count}${present > 0 ? `, ${present} there already` : ''}${refused.length > 0 ? `, ${refused.length} not taken` : ''}.`,
    ...told,
    ...(rest > 0 ? [`And ${rest} more.`] : []),
    ...notes,
  ].join(' ');
}
