import { Button, Modal, PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { beginTwoFactor, endTwoFactor, meQuery, type TwoFactorSecret } from '#viewer/api/account.ts';
import { sentenceOf } from '#viewer/api/client.ts';
import { FormMessage } from '#viewer/ui/form-message.tsx';
import { Section } from '#viewer/ui/section.tsx';
import { TwoFactorSetUp } from './two-factor-set-up.tsx';

interface AskPasswordProps {
  readonly word: string;
  readonly onPassword: (password: string) => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks for the password before anything about sign-in changes. */
function AskPassword({ word, onPassword, onClose }: AskPasswordProps) {
  const [password, setPassword] = useState('');
  const ask = useMutation({ mutationFn: () => onPassword(password), onSuccess: onClose });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={word} centered>
      <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          data-autofocus
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {ask.isError && <FormMessage tone="refused">{sentenceOf(ask.error)}</FormMessage>}
        <Button type="submit" loading={ask.isPending} disabled={password === ''}>
          Continue
        </Button>
      </form>
    </Modal>
  );
}

/** One-time codes of an authenticator app as the second step of sign-in. */
export function TwoFactor({ enabled }: { readonly enabled: boolean }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [secret, setSecret] = useState<TwoFactorSecret | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: meQuery.queryKey });
  const begin = async (password: string) => setSecret(await beginTwoFactor(password));
  const end = async (password: string) => {
    await endTwoFactor(password);
    setSecret(null);
    await refresh();
  };
  return (
    <Section
      title="One-time codes"
      hint={
        enabled
          ? 'On: sign-in asks for a code of your authenticator app after the password.'
          : 'Off. With them, a stolen password alone opens nothing.'
      }
    >
      {secret !== null && <TwoFactorSetUp secret={secret} enabled={enabled} onConfirmed={refresh} />}
      {secret === null && (
        <div>
          <Button variant="default" onClick={() => setAsking(true)}>
            {enabled ? 'Turn off one-time codes' : 'Set up one-time codes'}
          </Button>
        </div>
      )}
      {asking && (
        <AskPassword
          word={enabled ? 'Turn off one-time codes' : 'Set up one-time codes'}
          onPassword={enabled ? end : begin}
          onClose={() => setAsking(false)}
        />
      )}
    </Section>
  );
}
