import { Kbd, Modal } from '@mantine/core';
import { useEffect } from 'react';
import { AREA_CHOICES } from './area-menu.tsx';
import { FRAME_KEYS } from './frame-keys.ts';
import styles from './key-help.module.css';
import { SLIDE_KEYS } from './slide-keys.ts';
import { TOOL_CHOICES, type ToolChoice } from './tool-choices.ts';

interface KeyHelpProps {
  readonly opened: boolean;
  readonly onOpen: () => void;
  readonly onClose: () => void;
}

const EVERYWHERE: readonly (readonly [string, string])[] = [
  ['Wheel', 'Scroll slices; zoom a slide'],
  ['Shift + wheel', 'The other of the two'],
  ['Enter', 'Close a polygon'],
  ['Enter on a shape', 'Hold its first corner: Tab next, arrows move, Insert, Delete'],
  ['Double click', 'A new corner on an outline; a corner goes away'],
  ['Escape', 'Give up a drawing; select nothing'],
  ['[ ] with a brush', 'Narrower, wider'],
  ['Shift + click', 'Select one more, or one less'],
  ['Delete', 'Delete the selected annotations'],
  [']  [', 'Copy it to the next, previous image'],
  ['Ctrl Z', 'Undo'],
  ['Ctrl Shift Z', 'Redo'],
];

const AREA_KEYS = AREA_CHOICES.flatMap(({ key, name }) => (key === null ? [] : [[key, `${name} (areas)`] as const]));

const named = ({ key, name }: ToolChoice): [string, string] => [key, name];

function Keys({ title, keys }: { readonly title: string; readonly keys: readonly (readonly [string, string])[] }) {
  return (
    <section>
      <h3 className={styles.title}>{title}</h3>
      <dl className={styles.keys}>
        {keys.map(([names, does]) => (
          <div key={names}>
            <dt>
              <Kbd>{names}</Kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** The keys of the reading page; `?` opens it. */
export function KeyHelp({ opened, onOpen, onClose }: KeyHelpProps) {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest('input,textarea,select') !== null;
      if (event.key === '?' && !typing) onOpen();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [onOpen]);
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size={760} centered>
      <div className={styles.columns}>
        <Keys title="Tools on slices" keys={TOOL_CHOICES.series.flat().map(named)} />
        <Keys title="Slices" keys={FRAME_KEYS} />
        <Keys title="Tools on slides" keys={TOOL_CHOICES.slide.flat().map(named)} />
        <Keys title="Slides" keys={[...SLIDE_KEYS, ...AREA_KEYS]} />
        <Keys title="Everywhere" keys={EVERYWHERE} />
      </div>
    </Modal>
  );
}
