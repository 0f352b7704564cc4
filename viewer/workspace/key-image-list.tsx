import { TextInput } from '@mantine/core';
import { IconStarFilled } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { KeyImage } from '#shared/annotation/key-image.ts';
import styles from './key-image-list.module.css';
import type { KeyImageWork } from './use-key-images.ts';

interface KeyImageListProps {
  readonly keyImages: readonly KeyImage[];
  readonly work: KeyImageWork;
  readonly onShow: (keyImage: KeyImage) => void;
}

function Note({ keyImage, work }: { readonly keyImage: KeyImage; readonly work: KeyImageWork }) {
  const { note } = keyImage;
  const [text, setText] = useState(note);
  useEffect(() => setText(note), [note]);
  const save = () => {
    if (text.trim() !== note) work.setNote(keyImage, text.trim());
  };
  return (
    <TextInput
      size="xs"
      variant="filled"
      aria-label="Note to the key image"
      placeholder="Note"
      maxLength={500}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') save();
        if (event.key === 'Escape') setText(note);
      }}
    />
  );
}

/** The key images of a series; a click shows one as it was seen when it was marked. */
export function KeyImageList({ keyImages, work, onShow }: KeyImageListProps) {
  return (
    <ol className={styles.list} aria-label="Key images">
      {keyImages.map((keyImage, at) => (
        <li key={keyImage.id}>
          <button type="button" className={styles.entry} onClick={() => onShow(keyImage)}>
            <IconStarFilled size={12} aria-hidden />
            <span>
              Key image {at + 1}
              <span className={styles.quiet}> · {keyImage.author.name}</span>
              {!work.isMine(keyImage) && keyImage.note !== '' && (
                <span className={styles.quiet}> · {keyImage.note}</span>
              )}
            </span>
          </button>
          {work.isMine(keyImage) && <Note keyImage={keyImage} work={work} />}
        </li>
      ))}
    </ol>
  );
}
