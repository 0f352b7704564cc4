import { UnstyledButton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { demoQuery, meQuery, signIn } from '#viewer/api/account.ts';
import { sentenceOf } from '#viewer/api/client.ts';
import { queryClient } from '#viewer/api/query-client.ts';
import { useTitle } from '#viewer/ui/use-title.ts';
import { ROLE_WORDS } from '#viewer/words/role-words.tsx';
import styles from './sign-in.module.css';
import { SignInForm } from './sign-in-form.tsx';

/** Where to go after sign-in; only a path of this site, never another address. */
function safeNext(next: string | null): string {
  return next?.startsWith('/') && !next.startsWith('//') && !next.includes('\\') ? next : '/';
}

interface DemoAccountsProps {
  readonly onSignedIn: () => Promise<void>;
  /** The password was right and a one-time code has to follow. */
  readonly onCodeNeeded: () => void;
}

function DemoAccounts({ onSignedIn, onCodeNeeded }: DemoAccountsProps) {
  const { data } = useQuery(demoQuery);
  const enter = useMutation({
    mutationFn: async (account: { email: string; password: string }) => {
      if ((await signIn(account.email, account.password)) === 'code-needed') onCodeNeeded();
      else await onSignedIn();
    },
  });
  if (data === undefined || data.accounts.length === 0) return null;
  return (
    <section aria-label="Demonstration accounts">
      <h2 className={styles.demoTitle}>Demonstration accounts</h2>
      <ul className={styles.demoList}>
        {data.accounts.map((account) => {
          const { word, Icon } = ROLE_WORDS[account.role];
          return (
            <li key={account.email}>
              <UnstyledButton
                className={styles.account}
                disabled={enter.isPending}
                onClick={() => enter.mutate(account)}
                title={account.email}
              >
                <Icon size={18} stroke={1.5} />
                <span className={styles.accountName}>{account.name}</span>
                <span className={styles.accountRole}>{word}</span>
              </UnstyledButton>
            </li>
          );
        })}
      </ul>
      {enter.isError && (
        <p className={styles.refused} role="alert">
          {sentenceOf(enter.error)}
        </p>
      )}
    </section>
  );
}

export function SignInPage() {
  useTitle('Sign in');
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const [startWithCode, setStartWithCode] = useState(false);
  const enter = async () => {
    queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'demo' && queryKey[0] !== 'me' });
    await queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
    await navigate(safeNext(search.get('next')), { replace: true });
  };
  return (
    <div className={styles.page}>
      <main className={styles.center}>
        <div className={styles.brand}>
          <img src="/icon.svg" alt="" />
          <div>
            <h1 className={styles.name}>Consilium</h1>
            <p className={styles.sentence}>Second opinions on images and slides, with every word tied to its pixels.</p>
          </div>
        </div>
        <div className={styles.card}>
          <SignInForm key={String(startWithCode)} startWithCode={startWithCode} onSignedIn={enter} />
        </div>
        <DemoAccounts onSignedIn={enter} onCodeNeeded={() => setStartWithCode(true)} />
      </main>
      <footer className={styles.foot}>Not a certified medical device.</footer>
    </div>
  );
}
