import { Tooltip, UnstyledButton } from '@mantine/core';
import { IconPalette, IconPaletteOff } from '@tabler/icons-react';
import { useCallback, useSyncExternalStore } from 'react';
import type { SlideSummary } from '#shared/api/material.ts';
import furniture from './slide-furniture.module.css';

const KEY = 'consilium-slide-colour-profile';
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

/** Whether slides are shown in the colours of their profiles: the reader's choice for all of them, kept in this browser. */
export function useColourProfile(): readonly [isApplied: boolean, toggle: () => void] {
  const isApplied = useSyncExternalStore(subscribe, () => localStorage.getItem(KEY) !== 'off');
  const toggle = useCallback(() => {
    localStorage.setItem(KEY, localStorage.getItem(KEY) === 'off' ? 'on' : 'off');
    for (const listener of listeners) listener();
  }, []);
  return [isApplied, toggle];
}

interface ColourProfileProps {
  readonly slide: Pick<SlideSummary, 'iccProfile'>;
  readonly isApplied: boolean;
  readonly onToggle: () => void;
}

/** Says in which colours the slide is shown, and switches between those of its profile and those stored. */
export function ColourProfileBadge({ slide: { iccProfile }, isApplied, onToggle }: ColourProfileProps) {
  if (iccProfile === null) return <div className={`${furniture.plate} ${furniture.quiet}`}>No profile</div>;
  const named = iccProfile.name === null ? "the slide's own profile" : `the profile “${iccProfile.name}”`;
  const hint = isApplied
    ? `Colours of ${named}. Press to show them as stored (I).`
    : `Colours as stored. Press to apply ${named} (I).`;
  const Icon = isApplied ? IconPalette : IconPaletteOff;
  return (
    <Tooltip label={hint} multiline maw={280} position="top-end" openDelay={200}>
      <UnstyledButton
        className={`${furniture.plate} ${furniture.badge}`}
        aria-label="Colour profile"
        aria-pressed={isApplied}
        aria-keyshortcuts="I"
        onClick={onToggle}
      >
        <Icon size={14} stroke={1.75} aria-hidden /> {isApplied ? 'ICC' : 'ICC off'}
      </UnstyledButton>
    </Tooltip>
  );
}
