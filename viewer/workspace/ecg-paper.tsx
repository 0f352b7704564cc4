import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { caliper, drawEcg, type EcgLead, type EcgScale, PX_PER_MM, paperSizeMm } from './ecg-curves.ts';
import styles from './ecg-page.module.css';

interface EcgPaperProps {
  readonly leads: readonly EcgLead[];
  readonly scale: EcgScale;
  readonly name: string;
}

type Millimetres = readonly [x: number, y: number];

const STEPS: Readonly<Record<string, Millimetres>> = {
  ArrowLeft: [-0.5, 0],
  ArrowRight: [0.5, 0],
  ArrowUp: [0, -0.5],
  ArrowDown: [0, 0.5],
};

/** Paper with curves; two points of it are measured by dragging, or with the arrow keys. */
export function EcgPaper({ leads, scale, name }: EcgPaperProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [ends, setEnds] = useState<readonly [Millimetres, Millimetres] | null>(null);
  const [width, height] = paperSizeMm(leads, scale);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || context == null) return;
    const unit = PX_PER_MM * devicePixelRatio;
    element.width = Math.round(width * unit);
    element.height = Math.round(height * unit);
    context.scale(unit, unit);
    drawEcg(context, leads, scale);
  }, [leads, scale, width, height]);
  const at = ({ clientX, clientY, currentTarget }: PointerEvent<HTMLElement>): Millimetres => {
    const box = currentTarget.getBoundingClientRect();
    return [(clientX - box.left) / PX_PER_MM, (clientY - box.top) / PX_PER_MM];
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const [from, to] = ends ?? [
      [width / 2, height / 2],
      [width / 2, height / 2],
    ];
    setEnds([from, [to[0] + step[0], to[1] + step[1]]]);
  };
  const read = ends === null ? null : caliper(ends[0], ends[1], scale);
  const text =
    read === null
      ? 'Press and drag to measure'
      : [
          `${Math.round(read.seconds * 1000)} ms`,
          `${read.millivolts.toFixed(2)} mV`,
          read.perMinute === null ? '' : `${Math.round(read.perMinute)} /min`,
        ]
          .filter(Boolean)
          .join(' · ');
  return (
    <>
      <p className={styles.reading} role="status">
        {text}
      </p>
      <div className={styles.scroll}>
        <div
          className={styles.paper}
          style={{ width: width * PX_PER_MM, height: height * PX_PER_MM }}
          role="application"
          aria-label={`${name}: ${leads.map((lead) => lead.name).join(', ')}. Arrow keys move the caliper.`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the caliper
          tabIndex={0}
          onKeyDown={onKeyDown}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setEnds([at(event), at(event)]);
          }}
          onPointerMove={(event) => {
            if (event.buttons === 1 && ends !== null) setEnds([ends[0], at(event)]);
          }}
        >
          <canvas ref={canvas} className={styles.canvas} />
          {ends !== null && (
            <svg className={styles.caliper} viewBox={`0 0 ${width} ${height}`} aria-hidden>
              {ends.map(([x], i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: an end is its place
                <line key={`x${i}`} x1={x} x2={x} y1={0} y2={height} />
              ))}
              {ends.map(([, y], i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: an end is its place
                <line key={`y${i}`} x1={ends[0][0]} x2={ends[1][0]} y1={y} y2={y} />
              ))}
            </svg>
          )}
        </div>
      </div>
    </>
  );
}
