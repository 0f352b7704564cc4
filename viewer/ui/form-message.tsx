import { IconAlertCircle, IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import styles from './form-message.module.css';

/** One line below a form: why it was refused, or that it is done. */
export function FormMessage({ tone, children }: { readonly tone: 'refused' | 'done'; readonly children: ReactNode }) {
  const Icon = tone === 'refused' ? IconAlertCircle : IconCheck;
  return (
    <p className={styles.message} data-tone={tone} role={tone === 'refused' ? 'alert' : 'status'}>
      <Icon size={16} aria-hidden />
      <span>{children}</span>
    </p>
  );
}
