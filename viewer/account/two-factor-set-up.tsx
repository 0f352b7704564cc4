import { Button, CopyButton, PinInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { toDataURL } from 'qrcode';
import { useState } from 'react';
import { confirmCode, type TwoFactorSecret } from '#viewer/api/account.ts';
import { sentenceOf } from '#viewer/api/client.ts';
import { FormMessage } from '#viewer/ui/form-message.tsx';
import styles from './account-page.module.css';

interface TwoFactorSetUpProps {
  readonly secret: TwoFactorSecret;
  readonly enabled: boolean;
  readonly onConfirmed: () => Promise<unknown>;
}

function BackupCodes({ codes }: { readonly codes: readonly string[] }) {
  return (
    <>
      <FormMessage tone="done">
        One-time codes are on. Keep these backup codes somewhere safe: each opens your account once, and they are shown
        only now.
      </FormMessage>
      <ul className={styles.codes}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <CopyButton value={codes.join('\n')}>
        {({ copied, copy }) => (
          <div>
            <Button variant="default" size="compact-sm" onClick={copy}>
              {copied ? 'Copied' : 'Copy all'}
            </Button>
          </div>
        )}
      </CopyButton>
    </>
  );
}

/** The QR code, the first code that proves it works, then the backup codes. */
export function TwoFactorSetUp({ secret, enabled, onConfirmed }: TwoFactorSetUpProps) {
  const [code, setCode] = useState('');
  const { data: picture } = useQuery({
    queryKey: ['totp-picture', secret.totpURI],
    queryFn: () => toDataURL(secret.totpURI, { margin: 1, width: 360 }),
    gcTime: 0,
  });
  const confirm = useMutation({
    mutationFn: async (value: string) => {
      await confirmCode(value);
      await onConfirmed();
    },
    onError: () => setCode(''),
  });
  if (enabled || confirm.isSuccess) return <BackupCodes codes={secret.backupCodes} />;
  const key = new URL(secret.totpURI).searchParams.get('secret') ?? '';
  return (
    <div className={styles.setUp}>
      {picture === undefined ? (
        <div className={styles.code} />
      ) : (
        <img className={styles.code} src={picture} alt="QR code for the authenticator app" />
      )}
      <div className={styles.steps}>
        <span>1. Scan this with an authenticator app, or type the key into it:</span>
        <span className={styles.secret}>{key.replace(/(.{4})/g, '$1 ').trim()}</span>
        <span>2. Enter the six digits it shows now:</span>
        <PinInput
          aria-label="First one-time code"
          length={6}
          type="number"
          oneTimeCode
          autoFocus
          value={code}
          onChange={setCode}
          onComplete={(value) => confirm.mutate(value)}
        />
        {confirm.isError && <FormMessage tone="refused">{sentenceOf(confirm.error)}</FormMessage>}
      </div>
    </div>
  );
}
