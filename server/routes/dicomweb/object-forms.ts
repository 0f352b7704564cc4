import type { RetrievableObject } from '#server/domain/retrieve-instances.ts';
import { AppError } from '#shared/errors.ts';
import { type AcceptedType, type CodedForm, chooseForm, objectForms } from './accept.ts';

/** An object and the form it is going to be sent in. */
export interface Planned {
  readonly object: RetrievableObject;
  readonly form: CodedForm;
}

/**
 * The form of every object of an answer: each in the transfer syntax the client likes best, all in the same container.
 * @throws AppError MEDIA_TYPE_UNAVAILABLE with the list of what there is for the first object that cannot be sent
 */
export async function planForms(
  accepted: readonly AcceptedType[],
  objects: readonly RetrievableObject[],
  single: boolean,
): Promise<Planned[]> {
  const named = accepted.some(({ transferSyntax }) => transferSyntax !== null && transferSyntax !== '*');
  const planned: Planned[] = [];
  let container: CodedForm | null = null;
  for (const object of objects) {
    const fits = (form: CodedForm): boolean =>
      container === null || (form.multipart === container.multipart && form.mediaType === container.mediaType);
    const choose = (syntaxes: readonly string[]) => chooseForm(accepted, objectForms(syntaxes, single).filter(fits));
    const form = await formOf(object, named, choose);
    container ??= form;
    planned.push({ object, form });
  }
  return planned;
}

/** What else an object can be is asked only when somebody names a transfer syntax, or for the list of a refusal. */
async function formOf(
  object: RetrievableObject,
  named: boolean,
  choose: (syntaxes: readonly string[]) => CodedForm,
): Promise<CodedForm> {
  if (!named) {
    try {
      return choose([object.file.transferSyntaxUid]);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  return choose(await object.syntaxes());
}
