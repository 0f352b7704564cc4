import { Button, CopyButton, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { createToken, revokeToken, tokensQuery } from '#viewer/api/account.ts';
import { sentenceOf } from '#viewer/api/client.ts';
import { formatMoment } from '#viewer/ui/dates.ts';
import { FormMessage } from '#viewer/ui/form-message.tsx';
import { Section } from '#viewer/ui/section.tsx';
import styles from './account-page.module.css';

function FreshToken({ token }: { readonly token: string }) {
  return (
    <div className={styles.fresh} role="status">
      <span>Copy it now: it is shown this once and cannot be read again.</span>
      <div className={styles.freshLine}>
        <code className={styles.secret}>{token}</code>
        <CopyButton value={token}>
          {({ copied, copy }) => (
            <Button size="compact-sm" variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </div>
    </div>
  );
}

function TokenList() {
  const client = useQueryClient();
  const { data } = useQuery(tokensQuery);
  const revoke = useMutation({
    mutationFn: revokeToken,
    onSettled: () => client.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
  const tokens = data?.tokens ?? [];
  if (tokens.length === 0) return null;
  return (
    <>
      <ul className={styles.tokens}>
        {tokens.map(({ id, name, createdAt, lastUsedAt }) => (
          <li key={id}>
            <div>
              <span className={styles.tokenName}>{name}</span>
              <span className={styles.quiet}>
                Made {formatMoment(createdAt)} ·{' '}
                {lastUsedAt === null ? 'never used' : `last used ${formatMoment(lastUsedAt)}`}
              </span>
            </div>
            <Button
              size="compact-sm"
              variant="default"
              loading={revoke.isPending && revoke.variables === id}
              aria-label={`Revoke ${name}`}
              onClick={() => revoke.mutate(id)}
            >
              Revoke
            </Button>
          </li>
        ))}
      </ul>
      {revoke.isError && <FormMessage tone="refused">{sentenceOf(revoke.error)}</FormMessage>}
    </>
  );
}

/** Tokens let a program do what this person may do. */
export function ApiTokens() {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const { data } = useQuery(tokensQuery);
  const create = useMutation({
    mutationFn: () => createToken(name.trim()),
    onSuccess: async () => {
      setName('');
      await client.invalidateQueries({ queryKey: tokensQuery.queryKey });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Section title="API tokens" hint="A token lets a program act as you. It never signs a report.">
      {create.data !== undefined && data?.tokens.some(({ id }) => id === create.data.id) && (
        <FreshToken token={create.data.token} />
      )}
      <TokenList />
      <form className={styles.inline} onSubmit={submit}>
        <TextInput
          label="What is it for?"
          placeholder="PACS export"
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={create.isPending} disabled={name.trim() === ''}>
          Create a token
        </Button>
      </form>
      {create.isError && <FormMessage tone="refused">{sentenceOf(create.error)}</FormMessage>}
    </Section>
  );
}
