import { ActionIcon, Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { IconChevronDown, IconLogout, IconMoon, IconSun, IconUserCircle } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link, NavLink, Outlet } from 'react-router';
import type { Role } from '#shared/consultation/role.ts';
import { signOut, useMe } from '#viewer/api/account.ts';
import { UploadIndicator } from '#viewer/upload/upload-indicator.tsx';
import { ROLE_WORDS } from '#viewer/words/role-words.tsx';
import styles from './page-frame.module.css';

const LINKS: Readonly<Record<Role, readonly { readonly to: string; readonly label: string }[]>> = {
  referrer: [{ to: '/', label: 'Consultations' }],
  coordinator: [{ to: '/', label: 'Worklist' }],
  radiologist: [{ to: '/', label: 'Worklist' }],
  pathologist: [{ to: '/', label: 'Worklist' }],
  admin: [{ to: '/admin', label: 'People' }],
  auditor: [{ to: '/audit', label: 'Audit trail' }],
};

function AccountMenu() {
  const me = useMe();
  const leave = useMutation({
    mutationFn: signOut,
    // A full load, so that nothing of this person stays in the memory of the page.
    onSettled: () => window.location.assign('/sign-in'),
  });
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton className={styles.person} aria-label={`Account of ${me.name}`}>
          <span className={styles.personName}>{me.name}</span>
          <span className={styles.personRole}>{ROLE_WORDS[me.role].word}</span>
          <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label className={styles.email}>{me.email}</Menu.Label>
        <Menu.Item component={Link} to="/account" leftSection={<IconUserCircle size={16} />}>
          Account and security
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => leave.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function MoodSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const dark = colorScheme === 'dark';
  const label = dark ? 'Use the light appearance' : 'Use the dark appearance';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      title={label}
      onClick={() => setColorScheme(dark ? 'light' : 'dark')}
    >
      {dark ? <IconSun size={18} stroke={1.5} /> : <IconMoon size={18} stroke={1.5} />}
    </ActionIcon>
  );
}

/** The bar above every paper page, and the page below it. */
export function PageFrame() {
  const me = useMe();
  return (
    <div className={styles.frame}>
      <UnstyledButton className={styles.skip} onClick={() => document.getElementById('content')?.focus()}>
        Skip to the content
      </UnstyledButton>
      <header className={styles.bar}>
        <Link to="/" className={styles.brand} aria-label="Consilium, to the start">
          <img src="/icon.svg" alt="" width={22} height={22} />
          <span>Consilium</span>
        </Link>
        <nav className={styles.links} aria-label="Main">
          {LINKS[me.role].map(({ to, label }) => (
            <NavLink key={to} to={to} end className={styles.link ?? ''}>
              {label}
            </NavLink>
          ))}
        </nav>
        <div className={styles.right}>
          <UploadIndicator />
          <MoodSwitch />
          <AccountMenu />
        </div>
      </header>
      <main id="content" className={styles.content} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}
