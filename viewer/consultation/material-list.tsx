import { IconFileText, IconFileTypePdf, IconMicroscope, IconPhoto, IconStack2 } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import {
  type DocumentSummary,
  type Material,
  materialPaths,
  type SeriesSummary,
  type SlideSummary,
  type StudySummary,
} from '#shared/api/material.ts';
import { formatDicomDate } from '#viewer/ui/dates.ts';
import { countOf, formatBytes } from '#viewer/ui/quantities.ts';
import styles from './material-list.module.css';
import { Thumbnail } from './thumbnail.tsx';

function Card({ picture, title, lines }: { picture: ReactNode; title: string; lines: readonly string[] }) {
  return (
    <>
      {picture}
      <span className={styles.words}>
        <span className={styles.title} title={title}>
          <bdi>{title}</bdi>
        </span>
        {lines.map((line) => (
          <span key={line} className={styles.line}>
            {line}
          </span>
        ))}
      </span>
    </>
  );
}

function SeriesCard({ study, series }: { readonly study: StudySummary; readonly series: SeriesSummary }) {
  const number = series.seriesNumber === null ? '' : ` ${series.seriesNumber}`;
  const src = series.isImage ? materialPaths.seriesThumbnail(study.studyUid, series.seriesUid) : null;
  const count = series.isImage
    ? countOf(Math.max(series.frameCount, series.instanceCount), 'image')
    : countOf(series.instanceCount, 'object');
  return (
    <li className={styles.card}>
      <Card
        picture={<Thumbnail src={src} placeholder={<IconStack2 size={22} stroke={1.25} />} />}
        title={series.description || `Series${number}`}
        lines={[`${series.modality}${number === '' ? '' : ` · series${number}`}`, count]}
      />
    </li>
  );
}

function StudyBlock({ study }: { readonly study: StudySummary }) {
  const date = study.studyDate === null ? 'no date' : formatDicomDate(study.studyDate);
  return (
    <div className={styles.block}>
      <h3 className={styles.heading}>
        <IconStack2 size={16} stroke={1.5} aria-hidden />
        {study.description || 'Imaging study'}
        <span className={styles.quiet}>
          {study.modalities.join(', ')} · {date} · {countOf(study.series.length, 'series', 'series')}
        </span>
      </h3>
      <ul className={styles.cards}>
        {study.series.map((series) => (
          <SeriesCard key={series.seriesUid} study={study} series={series} />
        ))}
      </ul>
    </div>
  );
}

/** Micrometres per pixel and objective where the file says so; never a number it does not hold. */
function slideScale(slide: SlideSummary): string {
  const parts: string[] = [];
  if (slide.objectivePower !== null) parts.push(`${slide.objectivePower}×`);
  parts.push(slide.mppX === null ? 'not calibrated' : `${slide.mppX.toFixed(3)} µm/px`);
  return parts.join(' · ');
}

function SlideCard({ slide }: { readonly slide: SlideSummary }) {
  return (
    <li className={styles.card}>
      <Card
        picture={
          <Thumbnail
            fill
            src={materialPaths.slideThumbnail(slide.id)}
            placeholder={<IconMicroscope size={22} stroke={1.25} />}
          />
        }
        title={slide.name.split('/').at(-1) ?? slide.name}
        lines={[`${slide.width.toLocaleString('en')} × ${slide.height.toLocaleString('en')} px`, slideScale(slide)]}
      />
    </li>
  );
}

const DOCUMENT_KINDS: Readonly<Record<string, string>> = {
  'application/pdf': 'PDF',
  'image/jpeg': 'JPEG picture',
  'image/png': 'PNG picture',
  'text/plain': 'Text',
};

function DocumentCard({ document }: { readonly document: DocumentSummary }) {
  const isPicture = document.mediaType.startsWith('image/');
  const isPdf = document.mediaType === 'application/pdf';
  const path = materialPaths.document(document.id);
  const Icon = isPdf ? IconFileTypePdf : isPicture ? IconPhoto : IconFileText;
  return (
    <li>
      <a className={styles.card} href={isPicture || isPdf ? `${path}?inline` : path} target="_blank" rel="noreferrer">
        <Card
          picture={
            <Thumbnail fill src={isPicture ? `${path}?inline` : null} placeholder={<Icon size={22} stroke={1.25} />} />
          }
          title={document.name.split('/').at(-1) ?? document.name}
          lines={[
            `${DOCUMENT_KINDS[document.mediaType.split(';')[0] ?? ''] ?? 'Document'} · ${formatBytes(document.sizeBytes)}`,
          ]}
        />
      </a>
    </li>
  );
}

function Block({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <div className={styles.block}>
      <h3 className={styles.heading}>
        {icon}
        {title}
      </h3>
      <ul className={styles.cards}>{children}</ul>
    </div>
  );
}

/** What a consultation holds: studies with their series, slides, documents, each with its picture. */
export function MaterialList({ material }: { readonly material: Material }) {
  const { studies, slides, documents } = material;
  return (
    <div className={styles.list}>
      {studies.map((study) => (
        <StudyBlock key={study.studyUid} study={study} />
      ))}
      {slides.length > 0 && (
        <Block icon={<IconMicroscope size={16} stroke={1.5} aria-hidden />} title={countOf(slides.length, 'slide')}>
          {slides.map((slide) => (
            <SlideCard key={slide.id} slide={slide} />
          ))}
        </Block>
      )}
      {documents.length > 0 && (
        <Block icon={<IconFileText size={16} stroke={1.5} aria-hidden />} title={countOf(documents.length, 'document')}>
          {documents.map((document) => (
            <DocumentCard key={document.id} document={document} />
          ))}
        </Block>
      )}
    </div>
  );
}
