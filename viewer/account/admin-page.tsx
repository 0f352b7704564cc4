import { Button, Code, CopyButton } from '@mantine/core';
import { ROLES } from '#shared/consultation/role.ts';
import { useMe } from '#viewer/api/account.ts';
import { NothingHere } from '#viewer/ui/page-problem.tsx';
import { Section } from '#viewer/ui/section.tsx';
import { useTitle } from '#viewer/ui/use-title.ts';
import { ROLE_WORDS } from '#viewer/words/role-words.tsx';
import styles from './admin-page.module.css';

const COMMANDS = [
  {
    title: 'Add a person',
    hint: 'The password is read from standard input, so that it never stands in a command line or a history.',
    command:
      'npm run --silent admin -- create-user --email name@hospital.example --name "Name" --role ROLE --password-stdin',
  },
  {
    title: 'Give a program access as a person',
    hint: 'Prints the token once.',
    command: 'npm run --silent admin -- create-token --user name@hospital.example',
  },
  {
    title: 'Check the storage',
    hint: 'Every stored object against its hash, every row against its object.',
    command: 'npm run --silent admin -- verify',
  },
  {
    title: 'Check the audit trail',
    hint: 'Finds a row that was changed or taken out.',
    command: 'npm run --silent admin -- verify-audit',
  },
] as const;

function Command({ command }: { readonly command: string }) {
  return (
    <div className={styles.command}>
      <Code className={styles.code ?? ''}>{command}</Code>
      <CopyButton value={command}>
        {({ copied, copy }) => (
          <Button size="compact-sm" variant="default" onClick={copy}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}

/** People are managed where the server runs; this page says how. */
export function AdminPage() {
  useTitle('People');
  const { role } = useMe();
  if (role !== 'admin') return <NothingHere />;
  return (
    <div className={styles.page}>
      <header>
        <h1 className={styles.title}>People and upkeep</h1>
        <p className={styles.quiet}>
          An administrator sees no patient data. Accounts are made on the machine the server runs on, with the commands
          below.
        </p>
      </header>
      {COMMANDS.map(({ title, hint, command }) => (
        <Section key={title} title={title} hint={hint}>
          <Command command={command} />
        </Section>
      ))}
      <Section title="Roles">
        <dl className={styles.roles}>
          {ROLES.map((name) => (
            <div key={name}>
              <dt>
                <Code>{name}</Code>
              </dt>
              <dd>{ROLE_WORDS[name].word}</dd>
            </div>
          ))}
        </dl>
      </Section>
    </div>
  );
}
