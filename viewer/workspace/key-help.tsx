import { Kbd, Modal } from '@mantine/core';
import { useEffect } from 'react';
import styles from './key-help.module.css';
import { TOOL_CHOICES } from './tool-choices.ts';

interface KeyHelpProps {
  readonly opened: boolean;
  readonly onOpen: () => void;
  readonly onClose: () => void;
}

const MOVES: readonly (readonly [string, string])[] = [
  ['Wheel', 'Scroll slices; zoom a slide'],
  ['Ctrl + wheel', 'Zoom slices'],
  ['↑ ↓  PageUp PageDown', 'Previous, next slice; ten at a time'],
  ['Home  End', 'First, last slice'],
  ['1 … 6', 'Window presets; magnification of a slide'],
  ['+  −  0', 'Zoom in, out, fit'],
  ['Escape', 'Give up a drawing; select nothing'],
  ['Delete', 'Delete the selected annotation'],
  ['Ctrl Z', 'Undo'],
  ['Ctrl Shift Z', 'Redo'],
];

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
    <Modal opened={opened} onClose={onClose} title="Keys" size="lg" centered>
      <div className={styles.columns}>
        <dl className={styles.keys}>
          {tools.map(({ key, name }) => (
            <div key={key}>
              <dt>
                <Kbd>{key}</Kbd>
              </dt>
              <dd>{name}</dd>
            </div>
          ))}
        </dl>
        <dl className={styles.keys}>
          {MOVES.map(([keys, words]) => (
            <div key={keys}>
              <dt>
                <Kbd>{keys}</Kbd>
              </dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Modal>
  );
}
