import { ActionIcon, Tooltip } from '@mantine/core';
import {
  IconEye,
  IconEyeOff,
  IconPolygon,
  IconRuler2,
  IconStack2,
  IconStar,
  IconWand,
  type TablerIcon,
} from '@tabler/icons-react';
import type { Target } from '#shared/annotation/annotation.ts';
import type { ViewState } from '#shared/imaging/view-state.ts';
import { countOf } from '#viewer/ui/quantities.ts';
import type { ObjectLayer } from './object-layer.ts';
import styles from './object-layer-list.module.css';
import type { ObjectLayers } from './use-object-layers.ts';

interface ObjectLayerListProps {
  readonly layers: ObjectLayers;
  readonly onShow: (target: Target, view: ViewState | null) => void;
}

const KINDS: Readonly<Record<ObjectLayer['kind'], { readonly Icon: TablerIcon; readonly one: string }>> = {
  measurements: { Icon: IconRuler2, one: 'measurement' },
  presentation: { Icon: IconWand, one: 'presented image' },
  'key-images': { Icon: IconStar, one: 'key image' },
  segments: { Icon: IconStack2, one: 'segment' },
  structures: { Icon: IconPolygon, one: 'structure' },
};

/** What reports, presentation states, key object selections and structure sets of other systems say: read only. */
export function ObjectLayerList({ layers: { layers, hidden, toggle, failed }, onShow }: ObjectLayerListProps) {
  if (layers.length === 0 && failed.length === 0) return null;
  return (
    <section className={styles.section} aria-label="From other systems">
      <h3 className={styles.heading}>From other systems</h3>
      {layers.map((layer) => {
        const { Icon, one } = KINDS[layer.kind];
        const draws = layer.entries.some(({ marks, segments = [] }) => marks.length + segments.length > 0);
        const shown = !hidden.has(layer.key);
        return (
          <details key={layer.key} className={styles.layer}>
            <summary className={styles.summary}>
              <Icon size={16} stroke={1.75} aria-hidden />
              <span className={styles.words}>
                <span className={styles.title}>{layer.title}</span>
                <span className={styles.quiet}>
                  {layer.author} · {countOf(layer.entries.length, one)}
                </span>
                {layer.unshown !== null && <span className={styles.unshown}>{layer.unshown}</span>}
              </span>
              {draws && (
                <Tooltip label={shown ? 'Hide its marks' : 'Draw its marks'}>
                  <ActionIcon
                    size={24}
                    variant="subtle"
                    color="gray"
                    aria-label={`Marks of ${layer.title}`}
                    aria-pressed={shown}
                    onClick={(event) => {
                      event.preventDefault();
                      toggle(layer.key);
                    }}
                  >
                    {shown ? <IconEye size={14} /> : <IconEyeOff size={14} />}
                  </ActionIcon>
                </Tooltip>
              )}
            </summary>
            <ol className={styles.entries}>
              {layer.entries.map(({ id, title, detail, color, target, view }) => (
                <li key={id}>
                  <button
                    type="button"
                    className={styles.entry}
                    disabled={target === null}
                    onClick={() => target !== null && onShow(target, view)}
                  >
                    {color !== null && <span className={styles.dot} style={{ background: color }} />}
                    <span className={styles.words}>
                      <span>{title}</span>
                      <span className={styles.quiet}>
                        {target === null ? `${detail} · not on an image here` : detail}
                      </span>
                    </span>
                  </button>
                </li>
              ))}
            </ol>
          </details>
        );
      })}
      {failed.map((name) => (
        <p key={name} className={styles.unshown} role="alert">
          “{name}” could not be read. Reload the page to try again.
        </p>
      ))}
    </section>
  );
}
