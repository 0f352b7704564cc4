import { ActionIcon, Tooltip } from '@mantine/core';
import { IconEye, IconEyeOff, IconLock, IconLockOpen } from '@tabler/icons-react';
import styles from './annotation-list.module.css';

interface AnnotationAuthorsProps {
  readonly authors: readonly { readonly id: string; readonly name: string }[];
  readonly colorOf: (authorId: string) => string;
  readonly hiddenAuthors: ReadonlySet<string>;
  readonly lockedAuthors: ReadonlySet<string>;
  /** Whose marks could be moved at all; null when nobody's here. */
  readonly writerId: string | null;
  readonly onToggleAuthor: (authorId: string) => void;
  readonly onLockAuthor: (authorId: string) => void;
}

/** Who has drawn here: each author's marks can be hidden, and one's own (others' cannot be moved) locked. */
export function AnnotationAuthors(props: AnnotationAuthorsProps) {
  const { authors, hiddenAuthors, lockedAuthors, colorOf, writerId } = props;
  return (
    <fieldset className={styles.authors}>
      <legend className={styles.hiddenLegend}>Show, hide or lock authors</legend>
      {authors.map(({ id, name }) => {
        const hidden = hiddenAuthors.has(id);
        const locked = lockedAuthors.has(id);
        const lockWords = locked ? `Unlock the marks of ${name}` : `Lock the marks of ${name}`;
        return (
          <span key={id} className={styles.authorGroup}>
            <button
              type="button"
              className={styles.author}
              aria-pressed={!hidden}
              onClick={() => props.onToggleAuthor(id)}
            >
              <span className={styles.dot} style={{ background: colorOf(id) }} />
              {name}
              {hidden ? <IconEyeOff size={14} aria-label="hidden" /> : <IconEye size={14} aria-label="shown" />}
            </button>
            {id === writerId && (
              <Tooltip label={lockWords}>
                <ActionIcon
                  size={24}
                  variant="subtle"
                  color={locked ? 'yellow' : 'gray'}
                  aria-label={lockWords}
                  aria-pressed={locked}
                  onClick={() => props.onLockAuthor(id)}
                >
                  {locked ? <IconLock size={14} /> : <IconLockOpen size={14} />}
                </ActionIcon>
              </Tooltip>
            )}
          </span>
        );
      })}
    </fieldset>
  );
}
