import { Menu } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { FrameEngine } from '#viewer/engines/cornerstone/frame-engine-port.ts';
import type { PetValueKind, PetValues } from '#viewer/engines/image-engine.ts';
import classes from './pet-values-menu.module.css';

const NAMES: Readonly<Record<PetValueKind, string>> = {
  modality: 'As stored',
  bw: 'SUV by body weight',
  lbm: 'SUV by lean body mass (Janmahasatian)',
  bsa: 'SUV by body surface (Du Bois)',
};

interface PetValuesMenuProps {
  readonly engine: FrameEngine;
  readonly pet: PetValues;
}

/** As what the values of PET are read: each choice with its formula, or with why it cannot be had. */
export function PetValuesMenu({ engine, pet }: PetValuesMenuProps) {
  const stored = { kind: 'modality', refusal: null, formula: null } as const;
  return (
    <>
      <Menu.Label>Values</Menu.Label>
      {[...pet.choices, stored].map(({ kind, refusal, formula }) => (
        <Menu.Item
          key={kind}
          disabled={refusal !== null}
          onClick={() => engine.setPetValues(kind)}
          leftSection={<IconCheck size={14} opacity={pet.kind === kind ? 1 : 0} aria-hidden />}
          aria-current={pet.kind === kind || undefined}
        >
          {NAMES[kind]}
          {refusal !== null && <span className={classes.why}>{refusal}</span>}
          {pet.kind === kind && formula !== null && <span className={classes.why}>{formula}</span>}
        </Menu.Item>
      ))}
    </>
  );
}
