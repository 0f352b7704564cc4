import { IconAlertTriangle, IconCircleCheck, IconCopy, IconHelpCircle, IconLoader2 } from '@tabler/icons-react';
import type { QualitySummary } from '#shared/api/slide-quality.ts';
import classes from './quality-words.module.css';

const ICONS = { good: IconCircleCheck, attention: IconAlertTriangle, unknown: IconHelpCircle } as const;
const SEVERITIES = { good: 'Well', attention: 'Attention', unknown: 'Not known' } as const;

type Measured = Pick<QualitySummary, 'state' | 'lines' | 'refusal' | 'duplicates'>;

/** The lines of a quality card: an icon and words each, those that need attention first. */
export function QualityLines({ quality }: { readonly quality: Measured }) {
  const { state, lines, refusal, duplicates } = quality;
  if (state === 'pending') {
    return (
      <p className={classes.line} data-severity="unknown">
        <IconLoader2 size={14} stroke={1.75} aria-hidden /> Quality is being measured
      </p>
    );
  }
  const ordered = lines.toSorted((a, b) => Number(b.severity === 'attention') - Number(a.severity === 'attention'));
  return (
    <ul className={classes.lines}>
      {state === 'failed' && (
        <li className={classes.line} data-severity="attention">
          <IconAlertTriangle size={14} stroke={1.75} aria-hidden /> Quality could not be measured: {refusal}
        </li>
      )}
      {ordered.map(({ what, severity, words }) => {
        const Icon = ICONS[severity];
        return (
          <li key={what} className={classes.line} data-severity={severity}>
            <Icon size={14} stroke={1.75} aria-label={SEVERITIES[severity]} /> <span>{words}</span>
          </li>
        );
      })}
      {duplicates.length > 0 && (
        <li className={classes.line} data-severity="unknown">
          <IconCopy size={14} stroke={1.75} aria-hidden />
          <span>
            The same file is in {duplicates.length === 1 ? 'another consultation' : `${duplicates.length} others`} of
            yours
          </span>
        </li>
      )}
    </ul>
  );
}

/** Below a slide in a list: what needs attention in words, the rest to be unfolded. Nothing until it is known. */
export function QualityWords({ quality }: { readonly quality: QualitySummary | undefined }) {
  if (quality === undefined) return null;
  if (quality.state === 'pending') return <QualityLines quality={quality} />;
  const attention = quality.lines.filter(({ severity }) => severity === 'attention');
  const isGood = attention.length === 0 && quality.state === 'measured';
  const [first] = attention;
  return (
    <details className={classes.card}>
      <summary className={classes.summary} data-severity={isGood ? 'good' : 'attention'}>
        {isGood ? (
          <IconCircleCheck size={14} stroke={1.75} aria-hidden />
        ) : (
          <IconAlertTriangle size={14} stroke={1.75} aria-hidden />
        )}
        {isGood ? 'Quality: no objection' : (first?.words ?? 'Quality not measured')}
        {attention.length > 1 && ` and ${attention.length - 1} more`}
      </summary>
      <QualityLines quality={quality} />
    </details>
  );
}
