import { Select } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Consultation } from '#shared/consultation/consultation.ts';
import { DISCIPLINES, type Discipline } from '#shared/consultation/role.ts';
import type { UserId } from '#shared/ids.ts';
import { isFailure, sentenceOf } from '#viewer/api/client.ts';
import { assignExpert, consultationQuery, expertsQuery } from '#viewer/api/consultations.ts';
import styles from './next-action.module.css';

const LABELS: Readonly<Record<Discipline, string>> = { radiology: 'Radiologist', pathology: 'Pathologist' };

function ExpertSelect({ consultation, discipline }: { consultation: Consultation; discipline: Discipline }) {
  const client = useQueryClient();
  const { data: experts } = useQuery(expertsQuery);
  const current = consultation.assignments.find((assignment) => assignment.discipline === discipline);
  const assign = useMutation({
    mutationFn: (expertId: string | null) =>
      assignExpert(consultation.id, {
        discipline,
        expertId: expertId as UserId | null,
        revision: consultation.revision,
      }),
    onError: (error) => {
      if (isFailure(error, 'REVISION_STALE')) void client.invalidateQueries(consultationQuery(consultation.id));
    },
  });
  const data = (experts ?? [])
    .filter((expert) => expert.discipline === discipline)
    .map(({ id, name }) => ({ value: id, label: name }));
  const asked = consultation.speciality === 'both' || consultation.speciality === discipline;
  return (
    <Select
      label={LABELS[discipline]}
      description={asked ? 'Asked for by the referring physician' : undefined}
      placeholder={asked ? 'Choose' : 'Nobody'}
      data={data}
      value={assign.isPending ? (assign.variables ?? null) : (current?.expert.id ?? null)}
      onChange={(expertId) => assign.mutate(expertId)}
      disabled={current?.signedAt != null || assign.isPending}
      searchable
      clearable={current !== undefined}
      nothingFoundMessage="Nobody of this name"
      error={assign.isError ? sentenceOf(assign.error) : null}
      comboboxProps={{ shadow: 'md' }}
    />
  );
}

/** One choice a discipline; each is saved as it is made. */
export function AssignExperts({ consultation }: { readonly consultation: Consultation }) {
  return (
    <div className={styles.assign}>
      {DISCIPLINES.map((discipline) => (
        <ExpertSelect key={discipline} consultation={consultation} discipline={discipline} />
      ))}
    </div>
  );
}
