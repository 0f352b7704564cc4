export function NewConsultationPage() {
  return null;
}
