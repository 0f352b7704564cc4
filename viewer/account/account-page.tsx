import { useMe } from '#viewer/api/account.ts';
import { useTitle } from '#viewer/ui/use-title.ts';
import { ROLE_WORDS } from '#viewer/words/role-words.tsx';
import styles from './account-page.module.css';
import { ApiTokens } from './api-tokens.tsx';
import { CornerTextsSection } from './corner-texts-section.tsx';
import { PasswordChange } from './password-change.tsx';
import { ScreenSizeSection } from './screen-size-section.tsx';
import { TwoFactor } from './two-factor.tsx';

/** Password, one-time codes and tokens of the person who is signed in. */
export function AccountPage() {
  useTitle('Account');
  const me = useMe();
  return (
    <div className={styles.page}>
      <header>
        <h1 className={styles.title}>{me.name}</h1>
        <p className={styles.quiet}>
          {ROLE_WORDS[me.role].word} · {me.email}
        </p>
      </header>
      {(me.role === 'radiologist' || me.role === 'pathologist') && (
        <>
          <CornerTextsSection />
          <ScreenSizeSection />
        </>
      )}
      <PasswordChange />
      <TwoFactor enabled={me.twoFactorEnabled} />
      <ApiTokens />
    </div>
  );
}
