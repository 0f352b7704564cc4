import type { Intake } from '#shared/consultation/consultation.ts';

/** The consultation the demonstration opens with: a CT series, a slide and documents, ready to be read. */
export const DEMO_CONSULTATION: Intake = {
  title: 'Solitary nodule, right upper lobe',
  speciality: 'both',
  urgency: 'urgent',
  patient: { initials: 'D.P.', birthYear: 1961, sex: 'female', reference: 'DEMO-26-0001' },
  history:
    '64-year-old former smoker (30 pack-years, stopped 2014). Incidental nodule on a chest radiograph taken for a ' +
    'persistent cough. No weight loss, no haemoptysis. CT of chest and upper abdomen with contrast. Resection of ' +
    'the sigmoid colon two weeks earlier; the slide is enclosed because the local reading was not conclusive.',
  workingDiagnosis:
    'Primary lung carcinoma suspected; metastasis of a colorectal primary to be excluded. All of this material is generated.',
  questions: [
    { text: 'Is the nodule in the right upper lobe more likely primary or metastatic?' },
    { text: 'Are there further lesions in the lungs, the liver or the visible skeleton?' },
    { text: 'Does the colonic slide show invasive carcinoma, or dysplasia only?' },
  ],
};

/** Waits for the coordinator, so that the worklist shows an earlier stage. */
export const DEMO_SUBMITTED: Intake = {
  title: 'Follow-up of a liver lesion seen on ultrasound',
  speciality: 'radiology',
  urgency: 'routine',
  patient: { initials: 'M.K.', birthYear: 1974, sex: 'female', reference: 'DEMO-26-0002' },
  history: 'Incidental 14 mm hyperechoic lesion in segment VI. Asymptomatic, liver enzymes normal.',
  workingDiagnosis: 'Haemangioma',
  questions: [
    { text: 'Is the lesion compatible with a haemangioma?' },
    { text: 'Which follow-up do you recommend, and when?' },
  ],
};

/** Still with its referrer, without material. */
export const DEMO_DRAFT: Intake = {
  title: 'Breast core biopsy, second reading',
  speciality: 'pathology',
  urgency: 'routine',
  patient: { initials: 'S.R.', birthYear: 1982, sex: 'female', reference: 'DEMO-26-0003' },
  history: 'Core biopsy of a 9 mm mass, left breast, 2 o’clock.',
  workingDiagnosis: '',
  questions: [{ text: 'Atypical ductal hyperplasia or low-grade DCIS?' }],
};
