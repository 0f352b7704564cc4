import { Popover, SegmentedControl, UnstyledButton } from '@mantine/core';
import { IconTag } from '@tabler/icons-react';
import { useState } from 'react';
import { materialPaths, type SlideSummary } from '#shared/api/material.ts';
import classes from './slide-label.module.css';

type Picture = 'label' | 'macro';

const NAMES: Readonly<Record<Picture, string>> = { label: 'Label', macro: 'Whole glass' };

function LabelPicture({ slide, picture }: { readonly slide: SlideSummary; readonly picture: Picture }) {
  const [isRefused, setRefused] = useState(false);
  const found = slide.associatedImages.find(({ name }) => name === picture);
  if (isRefused) {
    return <p className={classes.refused}>This picture could not be shown. It may not be yours to see.</p>;
  }
  return (
    <img
      className={classes.picture}
      src={materialPaths.associatedImage(slide.id, picture)}
      width={found?.width}
      height={found?.height}
      alt={picture === 'label' ? 'The paper label of the slide' : 'The whole glass slide as the scanner saw it'}
      onError={() => setRefused(true)}
    />
  );
}

/** A button that opens the pictures of the label and of the whole glass, when the scanner stored them. */
export function SlideLabel({ slide }: { readonly slide: SlideSummary }) {
  const pictures = (['label', 'macro'] as const).filter((name) =>
    slide.associatedImages.some((image) => image.name === name),
  );
  const [chosen, setChosen] = useState<Picture>('label');
  const [first] = pictures;
  if (first === undefined) return null;
  const picture = pictures.includes(chosen) ? chosen : first;
  return (
    <Popover position="bottom-end" shadow="none" withinPortal transitionProps={{ duration: 0 }}>
      <Popover.Target>
        <UnstyledButton className={classes.open}>
          <IconTag size={13} aria-hidden /> Show {first === 'label' ? 'label' : 'whole glass'}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown ?? ''}>
        {pictures.length > 1 && (
          <SegmentedControl
            size="xs"
            fullWidth
            value={picture}
            onChange={(value) => setChosen(value === 'macro' ? 'macro' : 'label')}
            data={pictures.map((name) => ({ value: name, label: NAMES[name] }))}
          />
        )}
        <LabelPicture key={picture} slide={slide} picture={picture} />
      </Popover.Dropdown>
    </Popover>
  );
}
