import { Button } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { reportPaths } from '#shared/api/reports.ts';
import type { AnnotationId } from '#shared/ids.ts';
import type { Block, Figure, Passage } from '#shared/report/blocks.ts';
import type { SignedReport } from '#shared/report/report.ts';
import { FigurePicture } from './figure-picture.tsx';
import styles from './report-blocks.module.css';

export interface ReportBlocksProps {
  readonly report: SignedReport;
  readonly blocks: readonly Block[];
  /** Where the pictures that citations point to are found: usually the same blocks. */
  readonly figuresIn: readonly Block[];
  /** False before signing: key images are made then. */
  readonly pictures: boolean;
  /** The annotation that is shown in the viewer now. */
  readonly shownId: AnnotationId | null;
  readonly onShow: (annotationId: AnnotationId) => void;
}

interface CitedProps extends Pick<ReportBlocksProps, 'figuresIn' | 'onShow'> {
  readonly passage: Passage;
}

/** A text with the numbers of the pictures it rests on; a click on one shows it. */
export function Cited({ passage, figuresIn, onShow }: CitedProps) {
  return (
    <>
      {passage.text}
      {passage.citations.map((number) => (
        <button
          key={number}
          type="button"
          className={styles.citation}
          aria-label={`Show picture ${number}`}
          onClick={() => {
            const figure = figureNumbered(figuresIn, number);
            if (figure !== null) onShow(figure.annotationId);
          }}
        >
          {number}
        </button>
      ))}
    </>
  );
}

function figureNumbered(blocks: readonly Block[], number: number): Figure | null {
  for (const block of blocks) {
    const figures = block.kind === 'finding' ? block.figures : block.kind === 'figure' ? [block.figure] : [];
    const found = figures.find((figure) => figure.number === number);
    if (found !== undefined) return found;
  }
  return null;
}

function FigureView({ figure, props }: { readonly figure: Figure; readonly props: ReportBlocksProps }) {
  const { report, shownId, pictures, onShow } = props;
  const shown = figure.annotationId === shownId;
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!shown) return;
    // The column changes its width when the image opens and when it closes: the place in the text must not be lost.
    const stay = () => place.current?.scrollIntoView({ block: 'center' });
    const frame = requestAnimationFrame(stay);
    return () => {
      cancelAnimationFrame(frame);
      requestAnimationFrame(stay);
    };
  }, [shown]);
  const name = `Picture ${figure.number}${figure.label === '' ? '' : `, ${figure.label}`}`;
  return (
    <figure ref={place} className={styles.figure} data-plain={!pictures || undefined} data-shown={shown || undefined}>
      {pictures && (
        <button
          type="button"
          className={styles.picture}
          aria-label={`${name}: show it in the image`}
          onClick={() => onShow(figure.annotationId)}
        >
          <FigurePicture src={reportPaths.keyImage(report.reportId, report.version, figure.annotationId)} alt={name} />
        </button>
      )}
      <figcaption className={styles.caption}>
        <span>
          <b>{figure.number}</b> {figure.label}
        </span>
        <span className={styles.quiet}>{figure.place}</span>
        {figure.measurements.map(({ text, provenance }) => (
          <span key={text} className={styles.measure}>
            {text} <span className={styles.quiet}>· {provenance}</span>
          </span>
        ))}
        <Button
          variant="light"
          size="xs"
          className={styles.show ?? ''}
          leftSection={<IconEye size={16} stroke={1.75} />}
          onClick={() => onShow(figure.annotationId)}
        >
          Show me
        </Button>
      </figcaption>
    </figure>
  );
}

function BlockView({ block, props }: { readonly block: Block; readonly props: ReportBlocksProps }) {
  switch (block.kind) {
    case 'title':
      return null;
    case 'heading':
      return <h3 className={styles.heading}>{block.text}</h3>;
    case 'facts':
      return (
        <dl className={styles.facts}>
          {block.facts.map(({ label, value }) => (
            <div key={label} data-long={value.length > 60 || undefined}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      );
    case 'paragraph':
      return (
        <p className={styles.paragraph}>
          <Cited passage={block.passage} figuresIn={props.figuresIn} onShow={props.onShow} />
        </p>
      );
    case 'question':
      return (
        <div className={styles.question}>
          <p className={styles.asked}>
            <b>{block.number}.</b> {block.question}
          </p>
          <p className={styles.answer}>
            {block.unanswerable && <span className={styles.unanswerable}>Cannot be answered. </span>}
            <Cited passage={block.answer} figuresIn={props.figuresIn} onShow={props.onShow} />
          </p>
        </div>
      );
    case 'finding':
      return (
        <div className={styles.finding}>
          <p className={styles.answer}>
            <b>{block.number}.</b> <Cited passage={block.passage} figuresIn={props.figuresIn} onShow={props.onShow} />
          </p>
          {block.figures.map((figure) => (
            <FigureView key={figure.annotationId} figure={figure} props={props} />
          ))}
        </div>
      );
    case 'figure':
      return <FigureView figure={block.figure} props={props} />;
    case 'table':
      return (
        <div className={styles.tableBox}>
          <table className={styles.table}>
            <thead>
              <tr>
                {block.head.map((cell) => (
                  <th key={cell} scope="col">
                    {cell}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row) => (
                <tr key={row.join(' ')}>
                  {row.map((cell, column) => (
                    <td key={block.head[column]}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case 'signature':
      return (
        <section className={styles.signature} aria-label="Signature">
          <p>
            <b>{block.name}</b>, {block.role}
          </p>
          <p className={styles.quiet}>
            {block.meaning} · {block.signedAt} · version {block.version}
          </p>
          <p className={styles.hash}>SHA-256 {block.sha256}</p>
        </section>
      );
  }
}

/** The signed report as the same blocks of which its PDF is made, with pictures that open the image. */
export function ReportBlocks(props: ReportBlocksProps) {
  return (
    <div className={styles.blocks}>
      {props.blocks.map((block, index) => (
        // Blocks of a signed report never move.
        // biome-ignore lint/suspicious/noArrayIndexKey: the order is fixed for ever
        <BlockView key={index} block={block} props={props} />
      ))}
    </div>
  );
}
