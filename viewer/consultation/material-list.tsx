import { Button } from '@mantine/core';
import { IconFileText, IconFileTypePdf, IconMicroscope, IconPhoto, IconStack2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import {
  type DocumentSummary,
  type Material,
  materialPaths,
  type SeriesSummary,
  type SlideSummary,
  type StudySummary,
} from '#shared/api/material.ts';
import { consultationQualityQuery } from '#viewer/api/slide-quality.ts';
import { formatDicomDate } from '#viewer/ui/dates.ts';
import { countOf, formatBytes } from '#viewer/ui/quantities.ts';
import { OverviewWords } from '#viewer/words/overview-words.tsx';
import { QualityWords } from '#viewer/words/quality-words.tsx';
import { RepairWords } from '#viewer/words/repair-words.tsx';
import styles from './material-list.module.css';
import { Thumbnail } from './thumbnail.tsx';

interface CardProps {
  readonly picture: ReactNode;
  readonly title: string;
  readonly lines: readonly string[];
  /** Where it is read; null for what has no image or cannot be read from here. */
  readonly to?: string | null;
  /** What stands below the card and is no part of the link. */
  readonly below?: ReactNode;
}

function CardWords({ picture, title, lines }: CardProps) {
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

function Card({ to = null, below = null, ...words }: CardProps) {
  if (to === null)
    return (
      <li>
        <span className={styles.card}>
          <CardWords {...words} />
        </span>
        {below}
      </li>
    );
  return (
    <li>
      <Link className={styles.card ?? ''} to={to}>
        <CardWords {...words} />
      </Link>
      {below}
    </li>
  );
}

interface SeriesCardProps {
  readonly study: StudySummary;
  readonly series: SeriesSummary;
  readonly readBase: string | null;
}

function SeriesCard({ study, series, readBase }: SeriesCardProps) {
  const number = series.seriesNumber === null ? '' : ` ${series.seriesNumber}`;
  const src = series.isImage ? materialPaths.seriesThumbnail(study.studyUid, series.seriesUid) : null;
  const count = series.isImage
    ? countOf(Math.max(series.frameCount, series.instanceCount), 'image')
    : countOf(series.instanceCount, 'object');
  return (
    <Card
      to={readBase === null || !series.isImage ? null : `${readBase}?open=series.${series.seriesUid}`}
      picture={<Thumbnail src={src} placeholder={<IconStack2 size={22} stroke={1.25} />} />}
      title={series.description || `Series${number}`}
      lines={[`${series.modality}${number === '' ? '' : ` · series${number}`}`, count]}
      below={<RepairWords series={series} />}
    />
  );
}

function StudyBlock({ study, readBase }: { readonly study: StudySummary; readonly readBase: string | null }) {
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
      <Cards items={study.series}>
        {(series) => <SeriesCard key={series.seriesUid} study={study} series={series} readBase={readBase} />}
      </Cards>
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

function SlideCard({ slide, readBase }: { readonly slide: SlideSummary; readonly readBase: string | null }) {
  const placeholder = <IconMicroscope size={22} stroke={1.25} />;
  const { data } = useQuery(consultationQualityQuery(slide.consultationId));
  const quality = data?.find(({ slideId }) => slideId === slide.id);
  return (
    <Card
      to={readBase === null ? null : `${readBase}?open=slide.${slide.id}`}
      picture={<Thumbnail fill src={materialPaths.slideThumbnail(slide.id)} placeholder={placeholder} />}
      title={slide.name.split('/').at(-1) ?? slide.name}
      lines={[`${slide.width.toLocaleString('en')} × ${slide.height.toLocaleString('en')} px`, slideScale(slide)]}
      below={
        <>
          <OverviewWords slide={slide} />
          <QualityWords quality={quality} />
        </>
      }
    />
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
        <CardWords
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

const SHOWN = 48;

interface CardsProps<Item> {
  readonly items: readonly Item[];
  readonly children: (item: Item) => ReactNode;
}

/** The first cards; a folder of a thousand letters does not fill the page unasked. */
function Cards<Item>({ items, children }: CardsProps<Item>) {
  const [all, setAll] = useState(false);
  return (
    <>
      <ul className={styles.cards}>{(all ? items : items.slice(0, SHOWN)).map(children)}</ul>
      {!all && items.length > SHOWN && (
        <Button className={styles.all ?? ''} size="compact-sm" variant="default" onClick={() => setAll(true)}>
          Show all {items.length.toLocaleString('en')}
        </Button>
      )}
    </>
  );
}

function Block({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <div className={styles.block}>
      <h3 className={styles.heading}>
        {icon}
        {title}
      </h3>
      {children}
    </div>
  );
}

interface MaterialListProps {
  readonly material: Material;
  /** The address of the reading page, when the images may be opened from here. */
  readonly readBase?: string | null;
}

/** What a consultation holds: studies with their series, slides, documents, each with its picture. */
export function MaterialList({ material, readBase = null }: MaterialListProps) {
  const { studies, slides, documents } = material;
  return (
    <div className={styles.list}>
      {studies.map((study) => (
        <StudyBlock key={study.studyUid} study={study} readBase={readBase} />
      ))}
      {slides.length > 0 && (
        <Block icon={<IconMicroscope size={16} stroke={1.5} aria-hidden />} title={countOf(slides.length, 'slide')}>
          <Cards items={slides}>{(slide) => <SlideCard key={slide.id} slide={slide} readBase={readBase} />}</Cards>
        </Block>
      )}
      {documents.length > 0 && (
        <Block icon={<IconFileText size={16} stroke={1.5} aria-hidden />} title={countOf(documents.length, 'document')}>
          <Cards items={documents}>{(document) => <DocumentCard key={document.id} document={document} />}</Cards>
        </Block>
      )}
    </div>
  );
}
