/**
 * Clean Descriptors (PS3.15 E.3.5): a description keeps the words of this list and sizes; everything else may be a
 * name. A list of what is allowed cannot miss what nobody thought of.
 */
const WORDS = `
abdomen abdominal abd acute adc adrenal after age angio angiogram angiography ankle anterior aorta aortic ap apical
apparent appendix arm arterial artery arthrography ascending atrial average axial axillary axis back barium basal bb
before bilateral biopsy bladder blood body bold bone bowel brain breast bronchial calcaneus calf cardiac carotid cc
cerebral cerebellum cervical cervix chamber chest chronic cine clavicle coccyx coil colon comparison contrast
control cor coronal coronary corrected cr craniocaudal cspine ct cta curved cystography deep delayed dental
descending diagnostic diaphragm diffusion digital dixon dose doppler dorsal dr ductal duodenum dwi dx dyn dynamic
early echo ecg elbow emergency endo enhanced epi ep2d erect esophagus exam expiration external extremity eye face
facial fast fat fatsat femoral femur fetal fibula field filter finger flair flash flow fluoro fluoroscopy follow foot
forearm fov frontal fs full functional fused gad gallbladder gated gd ge gradient gre groin guided hand haste head
heart hepatic high hip hr humerus hrct iac iliac image images in initial inner inspiration internal intra
intraoperative inversion ir isotropic iv joint kidney knee kub kv large larynx lat lateral left leg lesion limb liver
localizer localiser long low lower lspine lumbar lumbosacral lung lymph mag magnitude mammo mammogram mammography
mandible map maxilla maximum mean medial mediastinum mediolateral mesenteric mip minip mlo mm mpr mpvr mprage mr mra
mri mrcp mrv multi myelography native nasal neck nm node non none normal oblique obl oral orbit orbits oropharynx
out ovary oximetry pa palm pancreas parallel pelvic pelvis perfusion peripheral pet petct phantom pharynx phase
pituitary plain plane plus popliteal portable portal post posterior postop pre preop projection prone prostate
protocol proton pulmonary quantitative radius rapid reconstruction rectal rectum reformat reformatted region renal
resolution rest retro rib ribs right roi rotation routine runoff sacral sacrum sag sagittal sat scan scapula scout
screening se segmentation sella sense sequence series short shoulder single sinus sinuses skull slab slice small soft
spgr spin spine spiral spleen standard standing sternum stir stomach stress study subtraction summary supine surface
survey swi t1 t1w t2 t2w tarsal tbone temporal tfe thick thigh thin thorax thoracic three thumb thyroid tib tibia time
tissue tof toe tomo tomosynthesis topogram trace trachea transverse trufi tse tspine tumor tumour two ultrasound
ulna unenhanced upper upright ureter urethra urinary urography us uterus vascular vein venous ventral ventricle
vessel vessels view views vibe volume water wb weighted whole window with without wo wrist xa xray
slide specimen section block stain stained staining he ihc frozen embedded paraffin formalin fixation tissue biopsy
resection excision core needle
`;

const ALLOWED: ReadonlySet<string> = new Set(WORDS.trim().split(/\s+/));

/** One or two digits, with a fraction and a unit of length: slice thickness, field size. More digits may be a number of a person. */
const SIZE = /^\d{1,2}(\.\d{1,2})?(mm|cm)?$/;

/** The allowed words in their order, separated by spaces; empty when there are none. */
export function harmlessWords(text: string): string {
  return text
    .split(/[^\p{L}\p{N}.]+/u)
    .map((word) => word.replace(/^\.+|\.+$/g, ''))
    .filter((word) => ALLOWED.has(word.toLowerCase()) || SIZE.test(word))
    .join(' ');
}
