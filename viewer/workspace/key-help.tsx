import { Kbd, Modal } from '@mantine/core';
import { useEffect } from 'react';
import { FRAME_KEYS } from './frame-keys.ts';
import styles from './key-help.module.css';
import { SLIDE_KEYS } from './slide-keys.ts';
import { TOOL_CHOICES } from './tool-choices.ts';

interface KeyHelpProps {
  readonly opened: boolean;
  readonly onOpen: () => void;
  readonly onClose: () => void;
}

const EVERYWHERE: readonly (readonly [string, string])[] = [
  ['Wheel', 'Scroll slices; zoom a slide'],
  ['Shift + wheel', 'The other of the two'],
  ['Enter', 'Close a polygon'],
  ['Escape', 'Give up a drawing; select nothing'],
  ['Delete', 'Delete the selected annotation'],
  [']  [', 'Copy it to the next, previous image'],
  ['Ctrl Z', 'Undo'],
  ['Ctrl Shift Z', 'Redo'],
];

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
  const tools = [
    ...new Map([...TOOL_CHOICES.series.flat(), ...TOOL_CHOICES.slide.flat()].map((t) => [t.key, t])).values(),
  ];
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size={760} centered>
      <div className={styles.columns}>
        <Keys title="Tools" keys={tools.map(({ key, name }) => [key, name])} />
        <Keys title="Slices" keys={FRAME_KEYS} />
        <Keys title="Slides" keys={SLIDE_KEYS} />
        <Keys title="Everywhere" keys={EVERYWHERE} />
      </div>
    </Modal>
  );
}
