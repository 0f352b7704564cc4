import { IconAlertTriangle, IconFileText, IconMicroscope, IconPhotoOff } from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import { type Material, materialPaths } from '#shared/api/material.ts';
import { formatDicomDate } from '#viewer/ui/dates.ts';
import { OverviewWords } from '#viewer/words/overview-words.tsx';
import { RepairWords } from '#viewer/words/repair-words.tsx';
import { startItemDrag } from './item-drag.ts';
import styles from './material-tray.module.css';
import { ObjectSeries } from './object-series.tsx';
import { itemKey, type PaneItem, type SeriesItem, seriesTitle } from './pane-item.ts';

/** Scanners write `^` between the parts of a procedure's name. */
const plain = (description: string): string => description.replaceAll('^', ' ');

interface MaterialTrayProps {
  readonly material: Material;
  /** Keys of the items that stand in a viewport; the first is the active one. */
  readonly openKeys: readonly string[];
  readonly onOpen: (item: PaneItem) => void;
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
  readonly src: string;
  readonly tray: MaterialTrayProps;
}

function Card({ item, title, detail, warning, src, tray }: CardProps) {
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
        {warning !== undefined && (
          <span className={styles.warning}>
            <IconAlertTriangle size={12} stroke={2} aria-hidden /> {warning}
          </span>
        )}
      </span>
    </button>
  );
}

function SeriesCard({ item, tray }: { readonly item: SeriesItem; readonly tray: MaterialTrayProps }) {
  const { study, series, set } = item;
  const { completeness, frameCount, representativeInstanceUid } = set;
  const warning =
    completeness === null ? undefined : `${completeness.received} of ${completeness.expected} images received`;
  return (
    <Card
      item={item}
      title={plain(seriesTitle(item))}
      detail={`${series.modality} · ${frameCount} ${frameCount === 1 ? 'image' : 'images'}`}
      warning={warning}
      src={
        set.key === ''
          ? materialPaths.seriesThumbnail(study.studyUid, series.seriesUid)
          : materialPaths.instanceThumbnail(study.studyUid, series.seriesUid, representativeInstanceUid)
      }
      tray={tray}
    />
  );
}

/** The studies, slides and documents of the consultation; a click opens one in the active viewport. */
export function MaterialTray(props: MaterialTrayProps) {
  const { studies, slides, documents } = props.material;
  return (
    <nav className={styles.tray} aria-label="Material">
      {studies.map((study) => (
        <section key={study.studyUid} className={styles.group} aria-label={plain(study.description) || 'Study'}>
          <h2 className={styles.heading}>
            {plain(study.description) || 'Study'}
            {study.studyDate !== null && <span className={styles.detail}>{formatDicomDate(study.studyDate)}</span>}
          </h2>
          {study.series.map((series) => (
            <Fragment key={series.seriesUid}>
              {series.displaySets.map((set) => (
                <SeriesCard key={set.key} item={{ kind: 'series', study, series, set }} tray={props} />
              ))}
              {series.isImage ? (
                <RepairWords series={series} />
              ) : (
                <ObjectSeries studyUid={study.studyUid} series={series} />
              )}
            </Fragment>
          ))}
        </section>
      ))}
      {slides.length > 0 && (
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
      {documents.length > 0 && (
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
