export function ConsultationPage() {
  return null;
}
