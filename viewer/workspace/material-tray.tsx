import { Button } from '@mantine/core';
import {
  IconAlertTriangle,
  IconFileExport,
  IconFileText,
  IconMicroscope,
  IconPhotoOff,
  IconStar,
  IconStarFilled,
} from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import type { KeyImage } from '#shared/annotation/key-image.ts';
import { keyImagePaths } from '#shared/api/key-images.ts';
import { type Material, materialPaths } from '#shared/api/material.ts';
import { missingInWords } from '#shared/imaging/display-set.ts';
import { formatDicomDate } from '#viewer/ui/dates.ts';
import { countOf } from '#viewer/ui/quantities.ts';
import { OverviewWords } from '#viewer/words/overview-words.tsx';
import { RepairWords } from '#viewer/words/repair-words.tsx';
import { startItemDrag } from './item-drag.ts';
import { KeyImageList } from './key-image-list.tsx';
import styles from './material-tray.module.css';
import { ObjectSeries } from './object-series.tsx';
import { itemKey, type PaneItem, type SeriesItem, seriesTitle } from './pane-item.ts';
import { PriorStudies } from './prior-studies.tsx';
import type { HangingDesk } from './use-hanging.ts';
import type { KeyImageWork } from './use-key-images.ts';

/** Scanners write `^` between the parts of a procedure's name. */
const plain = (description: string): string => description.replaceAll('^', ' ');

interface MaterialTrayProps {
  readonly material: Material;
  readonly items: readonly PaneItem[];
  readonly hanging: Pick<HangingDesk, 'compare'>;
  /** Keys of the items that stand in a viewport; the first is the active one. */
  readonly openKeys: readonly string[];
  readonly onOpen: (item: PaneItem) => void;
  readonly consultationId: string;
  readonly keyImages: KeyImageWork;
  readonly onShowKeyImage: (keyImage: KeyImage) => void;
}

function Thumbnail({ src, alt }: { readonly src: string; readonly alt: string }) {
  const [failed, setFailed] = useState(false);
  if (failed) {
    return (
      <span className={styles.noThumbnail}>
        <IconPhotoOff size={20} stroke={1.5} aria-label="No preview" />
      </span>
    );
  }
  return (
    <img
      className={styles.thumbnail}
      src={src}
      alt={alt}
      loading="lazy"
      draggable={false}
      onError={() => setFailed(true)}
    />
  );
}

interface CardProps {
  readonly item: PaneItem;
  readonly title: string;
  readonly detail: string;
  /** What the reader must know before he relies on it. */
  readonly warning?: string | undefined;
  /** Key images among its images. */
  readonly keyCount?: number;
  readonly src: string;
  readonly tray: MaterialTrayProps;
}

function Card({ item, title, detail, warning, keyCount = 0, src, tray }: CardProps) {
  const key = itemKey(item);
  const place = tray.openKeys.indexOf(key);
  return (
    <button
      type="button"
      className={styles.card}
      data-open={place >= 0 || undefined}
      data-active={place === 0 || undefined}
      aria-pressed={place >= 0}
      data-item={key}
      draggable
      onDragStart={(event) => startItemDrag(event, key)}
      onClick={() => tray.onOpen(item)}
    >
      <Thumbnail src={src} alt="" />
      <span className={styles.words}>
        <span className={styles.title}>{title}</span>
        <span className={styles.detail}>{detail}</span>
        {keyCount > 0 && (
          <span className={styles.keys}>
            <IconStarFilled size={12} aria-hidden /> {countOf(keyCount, 'key image')}
          </span>
        )}
        {warning !== undefined && (
          <span className={styles.warning}>
            <IconAlertTriangle size={12} stroke={2} aria-hidden /> {warning}
          </span>
        )}
      </span>
    </button>
  );
}

interface SeriesCardProps {
  readonly item: SeriesItem;
  readonly keyImages: readonly KeyImage[];
  readonly tray: MaterialTrayProps;
}

function SeriesCard({ item, keyImages, tray }: SeriesCardProps) {
  const { study, series, set } = item;
  const { completeness, frameCount, representativeInstanceUid } = set;
  const warning =
    completeness === null
      ? undefined
      : [`${completeness.received} of ${completeness.expected} images received`, missingInWords(completeness.missing)]
          .filter(Boolean)
          .join('; missing ');
  return (
    <Card
      item={item}
      title={plain(seriesTitle(item))}
      detail={`${series.modality} · ${frameCount} ${frameCount === 1 ? 'image' : 'images'}`}
      warning={warning}
      keyCount={keyImages.length}
      src={
        set.key === ''
          ? materialPaths.seriesThumbnail(study.studyUid, series.seriesUid)
          : materialPaths.instanceThumbnail(study.studyUid, series.seriesUid, representativeInstanceUid)
      }
      tray={tray}
    />
  );
}

/** The key images of a set of a series. */
function keyImagesOf({ series, set }: SeriesItem, { keyImages }: KeyImageWork): readonly KeyImage[] {
  const members: ReadonlySet<string> = new Set(set.instanceUids);
  return keyImages.filter(
    ({ target }) => target.seriesUid === series.seriesUid && (members.size === 0 || members.has(target.sopInstanceUid)),
  );
}

/** Shows only what has key images, and lets them out as DICOM. */
function KeyImageFilter({
  tray,
  only,
  onOnly,
}: {
  tray: MaterialTrayProps;
  only: boolean;
  onOnly: (only: boolean) => void;
}) {
  const { keyImages } = tray.keyImages;
  if (keyImages.length === 0) return null;
  return (
    <div className={styles.filter}>
      <Button
        size="xs"
        variant={only ? 'light' : 'default'}
        aria-pressed={only}
        leftSection={only ? <IconStarFilled size={14} aria-hidden /> : <IconStar size={14} stroke={1.75} aria-hidden />}
        onClick={() => onOnly(!only)}
      >
        {countOf(keyImages.length, 'key image')}
      </Button>
      {only && (
        <Button
          component="a"
          href={keyImagePaths.selections(tray.consultationId)}
          download
          size="xs"
          variant="subtle"
          color="gray"
          leftSection={<IconFileExport size={14} stroke={1.75} aria-hidden />}
        >
          Save as DICOM
        </Button>
      )}
    </div>
  );
}

/** The studies, slides and documents of the consultation; a click opens one in the active viewport. */
export function MaterialTray(props: MaterialTrayProps) {
  const { studies, slides, documents } = props.material;
  const [wanted, setOnly] = useState(false);
  // Without any key image there is nothing to filter by.
  const only = wanted && props.keyImages.keyImages.length > 0;
  return (
    <nav className={styles.tray} aria-label="Material">
      <KeyImageFilter tray={props} only={only} onOnly={setOnly} />
      {studies.map((study) => (
        <section key={study.studyUid} className={styles.group} aria-label={plain(study.description) || 'Study'}>
          <h2 className={styles.heading}>
            {plain(study.description) || 'Study'}
            {study.studyDate !== null && <span className={styles.detail}>{formatDicomDate(study.studyDate)}</span>}
          </h2>
          <PriorStudies
            study={study}
            items={props.items}
            onCompare={(prior) => props.hanging.compare(study.studyUid, prior)}
          />
          {study.series.map((series) => (
            <Fragment key={series.seriesUid}>
              {series.displaySets.map((set) => {
                const item: SeriesItem = { kind: 'series', study, series, set };
                const own = keyImagesOf(item, props.keyImages);
                if (only && own.length === 0) return null;
                return (
                  <Fragment key={set.key}>
                    <SeriesCard item={item} keyImages={own} tray={props} />
                    {only && <KeyImageList keyImages={own} work={props.keyImages} onShow={props.onShowKeyImage} />}
                  </Fragment>
                );
              })}
              {!only &&
                (series.isImage ? (
                  <RepairWords series={series} />
                ) : (
                  <ObjectSeries studyUid={study.studyUid} series={series} />
                ))}
            </Fragment>
          ))}
        </section>
      ))}
      {!only && slides.length > 0 && (
        <section className={styles.group} aria-label="Slides">
          <h2 className={styles.heading}>
            <IconMicroscope size={14} stroke={1.75} aria-hidden /> Slides
          </h2>
          {slides.map((slide) => (
            <Fragment key={slide.id}>
              <Card
                item={{ kind: 'slide', slide }}
                title={slide.name}
                detail={
                  slide.objectivePower === null
                    ? `${slide.width} × ${slide.height} px`
                    : `${slide.objectivePower}× scan`
                }
                src={materialPaths.slideThumbnail(slide.id)}
                tray={props}
              />
              <OverviewWords slide={slide} />
            </Fragment>
          ))}
        </section>
      )}
      {!only && documents.length > 0 && (
        <section className={styles.group} aria-label="Documents">
          <h2 className={styles.heading}>Documents</h2>
          {documents.map((document) => (
            <a
              key={document.id}
              className={styles.document}
              href={`${materialPaths.document(document.id)}?inline=true`}
              target="_blank"
              rel="noreferrer"
            >
              <IconFileText size={16} stroke={1.75} aria-hidden />
              <span className={styles.title}>{document.name}</span>
            </a>
          ))}
        </section>
      )}
      {studies.length + slides.length + documents.length === 0 && (
        <p className={styles.empty}>Nothing has been sent yet.</p>
      )}
    </nav>
  );
}
