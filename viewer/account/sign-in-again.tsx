import { Modal, Text } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { meQuery } from '#viewer/api/account.ts';
import { queryClient } from '#viewer/api/query-client.ts';
import { isSessionLost, onSessionChange } from '#viewer/api/session.ts';
import { SignInForm } from './sign-in-form.tsx';

/** Opens on top of whatever is being done when the session has run out; the page below stays as it is. */
export function SignInAgain({ email }: { readonly email: string }) {
  const lost = useSyncExternalStore(onSessionChange, isSessionLost);
  return (
    <Modal
      opened={lost}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      centered
      title="Sign in again"
    >
      <Text size="sm" c="dimmed" mb="md">
        You were signed out after a while. Nothing is lost: this page goes on where you left it.
      </Text>
      <SignInForm
        fixedEmail={email}
        onSignedIn={async () => {
          await queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
        }}
      />
    </Modal>
  );
}
