import { Button, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { changePassword } from '#viewer/api/account.ts';
import { sentenceOf } from '#viewer/api/client.ts';
import { FormMessage } from '#viewer/ui/form-message.tsx';
import { Section } from '#viewer/ui/section.tsx';
import styles from './account-page.module.css';

const SHORTEST = 12;

/** A new password; other sessions of the person end with it. */
export function PasswordChange() {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: () => {
      setCurrent('');
      setNext('');
    },
  });
  const tooShort = next !== '' && next.length < SHORTEST;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Section title="Password" hint="Changing it ends your sessions everywhere else.">
      <form className={styles.form} onSubmit={submit}>
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordInput
          label="New password"
          description={`At least ${SHORTEST} characters; a sentence is fine.`}
          autoComplete="new-password"
          error={tooShort ? `${SHORTEST - next.length} more characters` : null}
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
        />
        {change.isError && <FormMessage tone="refused">{sentenceOf(change.error)}</FormMessage>}
        {change.isSuccess && next === '' && <FormMessage tone="done">The password is changed.</FormMessage>}
        <Button type="submit" loading={change.isPending} disabled={current === '' || next.length < SHORTEST}>
          Change the password
        </Button>
      </form>
    </Section>
  );
}
