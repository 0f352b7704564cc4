import { Button, NumberInput, SegmentedControl, Slider } from '@mantine/core';
import { useState } from 'react';
import { calibrateScreen, measuredMmPerPixel } from '#viewer/engines/cornerstone/true-size.ts';
import { FormMessage } from '#viewer/ui/form-message.tsx';
import { Section } from '#viewer/ui/section.tsx';
import styles from './account-page.module.css';

/** ISO/IEC 7810 ID-1: bank cards, identity cards, driving licences. */
const CARD = { widthMm: 85.6, heightMm: 53.98 };
const BAR_PX = 300;
const CSS_MM = 25.4 / 96;

function pixelWords(mm: number): string {
  return `${mm.toFixed(3)} mm a pixel`;
}

/** Measures this screen, so that "true size" is true on it. */
export function ScreenSizeSection() {
  const [way, setWay] = useState('card');
  const [known, setKnown] = useState(measuredMmPerPixel);
  const [cardPx, setCardPx] = useState(Math.round(CARD.widthMm / (known ?? CSS_MM)));
  const [barMm, setBarMm] = useState<number | string>('');
  const [done, setDone] = useState(false);
  const lengthMm = Number(barMm);
  const measured = way === 'card' ? { mm: CARD.widthMm, cssPixels: cardPx } : { mm: lengthMm, cssPixels: BAR_PX };
  const isUsable = way === 'card' || (lengthMm >= 20 && lengthMm <= 400);
  const keep = (next: typeof measured | null) => {
    calibrateScreen(next);
    setKnown(measuredMmPerPixel());
    setDone(next !== null);
  };
  return (
    <Section
      title="Size of this screen"
      hint={
        known === null
          ? 'Not measured yet: true size (K) takes a pixel for 0.265 mm, as browsers do. It is kept on this computer, for each screen.'
          : `Measured: ${pixelWords(known)}. It is kept on this computer, for each screen.`
      }
      id="screen-size"
    >
      <SegmentedControl
        aria-label="What it is measured with"
        data={[
          { value: 'card', label: 'Bank card' },
          { value: 'ruler', label: 'Ruler' },
        ]}
        value={way}
        onChange={setWay}
      />
      {way === 'card' ? (
        <>
          <p className={styles.quiet}>Hold a bank card to the screen, and make the picture as large as it.</p>
          <div className={styles.cardRoom}>
            <div
              className={styles.card}
              style={{ width: cardPx, height: (cardPx * CARD.heightMm) / CARD.widthMm }}
              role="img"
              aria-label={`Card, ${cardPx} pixels wide`}
            />
          </div>
          <Slider
            className={styles.slider ?? ''}
            aria-label="Width of the card"
            min={160}
            max={900}
            label={(px) => `${px} px`}
            value={cardPx}
            onChange={setCardPx}
          />
        </>
      ) : (
        <>
          <p className={styles.quiet}>Measure the bar with a ruler, on the screen.</p>
          <div className={styles.cardRoom}>
            <div className={styles.ruler} style={{ width: BAR_PX }} role="img" aria-label="Bar to be measured" />
          </div>
          <NumberInput
            className={styles.narrow ?? ''}
            label="Length of the bar"
            suffix=" mm"
            min={20}
            max={400}
            decimalScale={1}
            value={barMm}
            onChange={setBarMm}
          />
        </>
      )}
      {done && <FormMessage tone="done">This screen has {known === null ? '' : pixelWords(known)}.</FormMessage>}
      <div className={styles.buttons}>
        <Button disabled={!isUsable} onClick={() => keep(measured)}>
          This is its size
        </Button>
        <Button variant="default" disabled={known === null} onClick={() => keep(null)}>
          Forget it
        </Button>
      </div>
    </Section>
  );
}
