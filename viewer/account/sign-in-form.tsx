import { Anchor, Button, PasswordInput, PinInput, Stack, Text, TextInput } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { confirmCode, signIn } from '#viewer/api/account.ts';
import { ApiFailure, sentenceOf } from '#viewer/api/client.ts';
import styles from './sign-in.module.css';

interface SignInFormProps {
  /** Set when the same person has to sign in again: the address cannot be changed then. */
  readonly fixedEmail?: string;
  /** True when the password is already accepted and only the code is missing. */
  readonly startWithCode?: boolean;
  readonly onSignedIn: () => Promise<void>;
}

function refusal(error: unknown): string {
  if (!(error instanceof ApiFailure)) return sentenceOf(error);
  if (error.status === 429)
    return error.code === 'TOO_MANY_REQUESTS' ? error.message : 'Too many attempts. Wait a minute and try again.';
  if (error.status === 401 || error.status === 400) return 'The e-mail address or the password is not right.';
  return error.message;
}

function Refused({ children }: { readonly children: string }) {
  return (
    <div className={styles.refused} role="alert">
      <IconAlertCircle size={16} aria-hidden />
      <span>{children}</span>
    </div>
  );
}

/** The second step: six digits, or one of the backup codes. */
function CodeStep({ onSignedIn, onBack }: { readonly onSignedIn: () => Promise<void>; readonly onBack: () => void }) {
  const [backup, setBackup] = useState(false);
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: async (value: string) => {
      await confirmCode(value);
      await onSignedIn();
    },
    onError: () => setCode(''),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate(code.trim());
      }}
    >
      <Stack gap="md">
        <Text size="sm">
          {backup ? 'Enter one of the backup codes you kept.' : 'Enter the six digits your authenticator app shows.'}
        </Text>
        {backup ? (
          <TextInput
            aria-label="Backup code"
            autoFocus
            autoComplete="off"
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        ) : (
          <PinInput
            aria-label="One-time code"
            length={6}
            type="number"
            oneTimeCode
            autoFocus
            value={code}
            onChange={setCode}
            onComplete={(value) => confirm.mutate(value)}
          />
        )}
        {confirm.isError && <Refused>{codeRefusal(confirm.error)}</Refused>}
        <Button type="submit" loading={confirm.isPending} disabled={code.trim() === ''}>
          Confirm
        </Button>
        <div className={styles.links}>
          <Anchor component="button" type="button" size="sm" onClick={() => setBackup(!backup)}>
            {backup ? 'Use the authenticator app' : 'Use a backup code'}
          </Anchor>
          <Anchor component="button" type="button" size="sm" onClick={onBack}>
            Start again
          </Anchor>
        </div>
      </Stack>
    </form>
  );
}

function codeRefusal(error: unknown): string {
  if (error instanceof ApiFailure && (error.status === 400 || error.status === 401))
    return 'This code is not right, or it is too old.';
  return refusal(error);
}

/** E-mail and password, then the one-time code where the account asks for one. */
export function SignInForm({ fixedEmail, startWithCode = false, onSignedIn }: SignInFormProps) {
  const [email, setEmail] = useState(fixedEmail ?? '');
  const [password, setPassword] = useState('');
  const [codeNeeded, setCodeNeeded] = useState(startWithCode);
  const attempt = useMutation({
    mutationFn: async () => {
      if ((await signIn(email.trim(), password)) === 'code-needed') setCodeNeeded(true);
      else await onSignedIn();
    },
  });
  if (codeNeeded) return <CodeStep onSignedIn={onSignedIn} onBack={() => setCodeNeeded(false)} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (email.trim() !== '' && password !== '') attempt.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          autoFocus={fixedEmail === undefined}
          readOnly={fixedEmail !== undefined}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          data-autofocus={fixedEmail === undefined ? undefined : true}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {attempt.isError && <Refused>{refusal(attempt.error)}</Refused>}
        <Button type="submit" loading={attempt.isPending}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}
