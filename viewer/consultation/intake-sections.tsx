import { Input, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { URGENCIES } from '#shared/consultation/consultation.ts';
import { Section } from '#viewer/ui/section.tsx';
import { URGENCY_SPAN, URGENCY_WORDS } from '#viewer/words/due.ts';
import styles from './intake.module.css';
import { birthYearProblem, type IntakeForm } from './intake-form.ts';
import { QuestionList } from './question-list.tsx';

interface IntakeSectionsProps {
  readonly form: IntakeForm;
  readonly onChange: (patch: Partial<IntakeForm>) => void;
}

function PatientSection({ form, onChange }: IntakeSectionsProps) {
  return (
    <Section
      id="patient"
      title="Patient"
      hint="Enough to keep two patients apart, no more: no name, no full birth date."
    >
      <div className={styles.patient}>
        <TextInput
          label="Initials"
          placeholder="A.B."
          maxLength={8}
          autoComplete="off"
          value={form.initials}
          onChange={(event) => onChange({ initials: event.currentTarget.value })}
        />
        <TextInput
          label="Birth year"
          placeholder="1968"
          inputMode="numeric"
          maxLength={4}
          autoComplete="off"
          value={form.birthYear}
          error={birthYearProblem(form.birthYear, new Date().getFullYear())}
          onChange={(event) => onChange({ birthYear: event.currentTarget.value })}
        />
        <Input.Wrapper className={styles.control ?? ''} label="Sex" labelElement="div">
          <SegmentedControl
            aria-label="Sex"
            fullWidth
            data={[
              { value: 'female', label: 'Female' },
              { value: 'male', label: 'Male' },
              { value: 'other', label: 'Other' },
              { value: 'unknown', label: 'Not stated' },
            ]}
            value={form.sex}
            onChange={(sex) => onChange({ sex: sex as IntakeForm['sex'] })}
          />
        </Input.Wrapper>
        <TextInput
          className={styles.reference ?? ''}
          label="Your own reference"
          description="A record number of your house, so that you find the patient again. Optional."
          maxLength={64}
          autoComplete="off"
          value={form.reference}
          onChange={(event) => onChange({ reference: event.currentTarget.value })}
        />
      </div>
    </Section>
  );
}

function ExpertiseSection({ form, onChange }: IntakeSectionsProps) {
  return (
    <Section id="expertise" title="Who should answer, and by when">
      <div className={styles.expertise}>
        <Input.Wrapper className={styles.control ?? ''} label="Speciality" labelElement="div">
          <SegmentedControl
            aria-label="Speciality"
            fullWidth
            data={[
              { value: 'radiology', label: 'Radiology' },
              { value: 'pathology', label: 'Pathology' },
              { value: 'both', label: 'Both' },
            ]}
            value={form.speciality}
            onChange={(speciality) => onChange({ speciality: speciality as IntakeForm['speciality'] })}
          />
        </Input.Wrapper>
        <Input.Wrapper className={styles.control ?? ''} label="Urgency" labelElement="div">
          <SegmentedControl
            aria-label="Urgency"
            fullWidth
            data={URGENCIES.map((urgency) => ({
              value: urgency,
              label: `${URGENCY_WORDS[urgency]} · ${URGENCY_SPAN[urgency]}`,
            }))}
            value={form.urgency}
            onChange={(urgency) => onChange({ urgency: urgency as IntakeForm['urgency'] })}
          />
        </Input.Wrapper>
      </div>
    </Section>
  );
}

/** The four short sections of a request. */
export function IntakeSections({ form, onChange }: IntakeSectionsProps) {
  return (
    <>
      <TextInput
        label="Title"
        description="What this is about, in one line. No patient name."
        placeholder="Liver lesion found by chance, CT and biopsy"
        maxLength={200}
        size="sm"
        value={form.title}
        onChange={(event) => onChange({ title: event.currentTarget.value })}
      />
      <PatientSection form={form} onChange={onChange} />
      <Section id="questions" title="Questions" hint="Numbered: each one gets its own answer.">
        <QuestionList questions={form.questions} onChange={(questions) => onChange({ questions })} />
      </Section>
      <Section id="history" title="History and working diagnosis">
        <Textarea
          label="History"
          description="Symptoms, course, treatment, earlier findings. Paste the original report here if it is short."
          autosize
          minRows={4}
          maxRows={18}
          maxLength={20_000}
          value={form.history}
          onChange={(event) => onChange({ history: event.currentTarget.value })}
        />
        <Textarea
          label="Working diagnosis"
          autosize
          minRows={1}
          maxRows={6}
          maxLength={4000}
          value={form.workingDiagnosis}
          onChange={(event) => onChange({ workingDiagnosis: event.currentTarget.value })}
        />
      </Section>
      <ExpertiseSection form={form} onChange={onChange} />
    </>
  );
}
