import { Anchor, Button, PasswordInput, TextInput } from '@mantine/core';
import { IconDownload, IconLock, IconSignature } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { reportPaths } from '#shared/api/reports.ts';
import type { Consultation } from '#shared/consultation/consultation.ts';
import type { Report } from '#shared/report/report.ts';
import { useMe } from '#viewer/api/account.ts';
import { sentenceOf } from '#viewer/api/client.ts';
import { consultationQuery } from '#viewer/api/consultations.ts';
import { loadMyReport, signedVersionsQuery, signMyReport } from '#viewer/api/reports.ts';
import type { MyReportStore } from '#viewer/state/my-report.ts';
import { whenSaved } from '#viewer/state/when-saved.ts';
import { formatFull } from '#viewer/ui/dates.ts';
import styles from './report-editor.module.css';

interface SigningSectionProps {
  readonly consultation: Consultation;
  readonly report: Report;
  readonly store: MyReportStore;
  readonly ready: boolean;
  readonly settleRecords: () => Promise<void>;
}

/** What was signed, when, under which hash, and its file. */
function Signed({ consultation, report }: { readonly consultation: Consultation; readonly report: Report }) {
  const { data: versions } = useQuery(signedVersionsQuery(consultation.id));
  const version = versions?.find(({ report: signed }) => signed.reportId === report.id);
  if (version === undefined) return <p className={styles.quiet}>This report is signed.</p>;
  const pdf = version.renditions.find(({ kind }) => kind === 'pdf');
  return (
    <section className={styles.signed} aria-label="Signature">
      <p className={styles.ready}>
        <IconLock size={16} stroke={1.75} aria-hidden /> Signed by {version.report.author.name},{' '}
        {formatFull(version.report.signedAt)}. It can no longer change.
      </p>
      <p className={styles.quiet}>SHA-256 {version.sha256.slice(0, 16)}…</p>
      {pdf?.state === 'ready' ? (
        <Anchor href={reportPaths.pdf(report.id, version.report.version)} size="sm">
          <IconDownload size={14} stroke={1.75} aria-hidden /> Download the PDF
        </Anchor>
      ) : (
        <p className={styles.quiet}>
          {pdf?.state === 'failed' ? 'The PDF could not be made.' : 'The PDF is being made …'}
        </p>
      )}
    </section>
  );
}

/** Signing with the password asked again; what it means stands beside the button. */
export function SigningSection({ consultation, report, store, ready, settleRecords }: SigningSectionProps) {
  const me = useMe();
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const sign = useMutation({
    mutationFn: async () => {
      await settleRecords();
      await whenSaved(store);
      const [newest] = store.records();
      await signMyReport(consultation.id, {
        revision: newest?.revision ?? report.revision,
        password,
        totp: me.twoFactorEnabled ? totp : null,
      });
      store.load([await loadMyReport(consultation.id)]);
    },
    onSuccess: () => {
      void client.invalidateQueries(consultationQuery(consultation.id));
      void client.invalidateQueries(signedVersionsQuery(consultation.id));
    },
    onSettled: () => {
      setPassword('');
      setTotp('');
    },
  });
  if (report.signedVersion !== null) return <Signed consultation={consultation} report={report} />;
  if (!consultation.actions.includes('report.write')) return null;
  return (
    <form
      className={styles.signing}
      aria-label="Sign the report"
      onSubmit={(event) => {
        event.preventDefault();
        sign.mutate();
      }}
    >
      <p className={styles.meaning}>
        I, <b>{me.name}</b>, have reviewed the material above and am the author of this report. After signing it can no
        longer change.
      </p>
      <PasswordInput
        label="Your password"
        size="sm"
        autoComplete="current-password"
        value={password}
        disabled={!ready || sign.isPending}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {me.twoFactorEnabled && (
        <TextInput
          label="One-time code"
          size="sm"
          inputMode="numeric"
          autoComplete="one-time-code"
          value={totp}
          disabled={!ready || sign.isPending}
          onChange={(event) => setTotp(event.currentTarget.value)}
        />
      )}
      {sign.isError && (
        <p className={styles.problem} role="alert">
          {sentenceOf(sign.error)}
        </p>
      )}
      <Button
        type="submit"
        leftSection={<IconSignature size={16} stroke={1.75} />}
        disabled={!ready || password === '' || (me.twoFactorEnabled && totp === '')}
        loading={sign.isPending}
      >
        Sign the report
      </Button>
    </form>
  );
}
