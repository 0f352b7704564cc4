import { ActionIcon, Button, SegmentedControl, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconTrash, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { SlideSummary } from '#shared/api/material.ts';
import {
  type LandmarkPair,
  LEAST_PAIRS,
  type Registration,
  type RegistrationModel,
  registerSlides,
} from '#shared/imaging/slide-registration.ts';
import { sentenceOf } from '#viewer/api/client.ts';
import classes from './align-slides.module.css';
import type { SlideSync } from './slide-sync.ts';
import type { SlideRegistrations } from './use-slide-registrations.ts';

interface AlignSlidesProps {
  readonly from: SlideSummary;
  readonly to: SlideSummary;
  /** Viewports of the two slides. */
  readonly panes: readonly [from: number, to: number];
  readonly sync: SlideSync;
  readonly registrations: SlideRegistrations;
  /** `attach`: the slides are to move together from now on. */
  readonly onEnd: (attach: boolean) => void;
}

function errorText(found: Registration, error: number): string {
  return `${error < 10 ? error.toFixed(1) : Math.round(error)} ${found.unit}`;
}

/** Lays a slide on another by places put under the crosses of both viewports. */
export function AlignSlides({ from, to, panes, sync, registrations, onEnd }: AlignSlidesProps) {
  const stored = registrations.find(from.id, to.id);
  const [pairs, setPairs] = useState<readonly LandmarkPair[]>(stored?.pairs ?? []);
  const [model, setModel] = useState<RegistrationModel>(stored?.model ?? 'similarity');
  const found = registerSlides(pairs, from, to, model);
  const keep = (next: readonly LandmarkPair[], by: RegistrationModel): void => {
    setPairs(next);
    setModel(by);
    registrations
      .put({ fromId: from.id, toId: to.id, model: by, pairs: [...next] })
      .catch((error: unknown) => notifications.show({ color: 'red', message: sentenceOf(error) }));
  };
  const add = (): void => {
    const [here, there] = [sync.lying(panes[0]), sync.lying(panes[1])];
    if (here === null || there === null) return;
    const pair: LandmarkPair = { from: [...here.placement.center], to: [...there.placement.center] };
    keep([...pairs, pair], model);
  };
  return (
    <section className={classes.panel} aria-label="Align slides">
      <header className={classes.head}>
        <h2 className={classes.title}>Align by places</h2>
        <ActionIcon variant="subtle" color="gray" aria-label="Close" onClick={() => onEnd(false)}>
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </header>
      <p className={classes.told}>
        Put the same structure under the cross in “{from.name}” and in “{to.name}”, then add the pair. Three pairs or
        more, far apart, lay one slide on the other.
      </p>
      <ol className={classes.pairs}>
        {pairs.map((pair, at) => (
          <li key={`${pair.from} ${pair.to}`}>
            <span>Pair {at + 1}</span>
            <span className={classes.error}>
              {found === null ? '' : `off by ${errorText(found, found.errors[at] ?? 0)}`}
            </span>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={24}
              aria-label={`Delete pair ${at + 1}`}
              onClick={() => keep(pairs.toSpliced(at, 1), model)}
            >
              <IconTrash size={14} aria-hidden />
            </ActionIcon>
          </li>
        ))}
      </ol>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label="How the slide may be changed"
        value={model}
        onChange={(value) => keep(pairs, value === 'affine' ? 'affine' : 'similarity')}
        data={[
          { value: 'similarity', label: 'Move, turn, scale' },
          { value: 'affine', label: 'Also stretch' },
        ]}
      />
      <p className={classes.residual} role="status">
        {found !== null
          ? `Residual ${errorText(found, found.residual)} (root mean square of ${pairs.length} pairs)`
          : pairs.length < LEAST_PAIRS
            ? `${LEAST_PAIRS - pairs.length} more ${pairs.length === LEAST_PAIRS - 1 ? 'pair' : 'pairs'} needed`
            : 'These places lie on a line: add one beside it'}
      </p>
      <div className={classes.buttons}>
        <Button size="xs" variant="default" onClick={add}>
          Add this pair
        </Button>
        <Tooltip label="From now on both slides move together" openDelay={300}>
          <Button size="xs" disabled={found === null} onClick={() => onEnd(true)}>
            Move together
          </Button>
        </Tooltip>
      </div>
    </section>
  );
}
