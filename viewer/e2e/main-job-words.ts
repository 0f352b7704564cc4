/** What is asked and written in the main job, and what the audit trail must hold of it. */

export const TITLE = 'Nodule in the right upper lobe, biopsy enclosed';
export const QUESTIONS = ['Is the nodule malignant?', 'Does the biopsy show invasive carcinoma?'];
export const FINDING = 'Spiculated nodule with pleural tags; suspicious of a primary carcinoma.';
export const TISSUE_FINDING = 'Atypical glands that invade the stroma.';
export const LUNG = 'W 1500 L −600';

/** Each step leaves at least one of these. */
export const AUDITED = [
  'consultation.create',
  'material.add',
  'consultation.submit',
  'consultation.accept',
  'consultation.read',
  'annotation.create',
  'finding.create',
  'report.save',
  'report.sign',
  'consultation.deliver',
  'report.list',
  'report.key-image',
  'report.pdf',
];
