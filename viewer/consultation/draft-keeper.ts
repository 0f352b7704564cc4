import { type Consultation, consultationSchema, type Intake } from '#shared/consultation/consultation.ts';
import { ApiFailure, sentenceOf } from '#viewer/api/client.ts';
import { formOf, type IntakeForm, missingForDraft, toIntake } from './intake-form.ts';

/**
 * `waiting`: not enough typed yet to keep. `dirty`/`saving`/`saved` tell what the server has. `late`: the server
 * does not answer, it is tried again. `stale`: somebody saved another version; the person decides.
 */
export type DraftStatus = 'waiting' | 'dirty' | 'saving' | 'saved' | 'late' | 'refused' | 'stale';

export interface DraftState {
  readonly form: IntakeForm;
  readonly consultation: Consultation | null;
  readonly status: DraftStatus;
  readonly savedAt: Date | null;
  /** Why it could not be saved, one sentence. */
  readonly reason: string | null;
}

/** What the keeper needs of the outside. */
export interface DraftPorts {
  create(intake: Intake): Promise<Consultation>;
  edit(id: string, revision: number, intake: Intake): Promise<Consultation>;
  now(): Date;
  /** Calls back after a pause; returns the way to stop it. */
  after(milliseconds: number, callback: () => void): () => void;
}

const PAUSE_MS = 700;
const RETRY_MS = 5000;

/**
 * Saves a request as it is typed: one save at a time, a short pause after the last key, again after a failure.
 * The first save creates the consultation. It lives outside the components so that no render can lose a word.
 */
export class DraftKeeper {
  readonly #ports: DraftPorts;
  readonly #listeners = new Set<() => void>();
  #state: DraftState;
  #stopTimer: () => void = () => undefined;
  #saving: Promise<void> | null = null;
  /** The last form the server holds; null before the first save. */
  #kept: string | null;

  constructor(ports: DraftPorts, form: IntakeForm, consultation: Consultation | null) {
    this.#ports = ports;
    this.#kept = consultation === null ? null : this.#canonical(form);
    const status = consultation === null ? 'waiting' : 'saved';
    this.#state = { form, consultation, status, savedAt: null, reason: null };
  }

  readonly state = (): DraftState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes over what was typed and saves it after a short pause. */
  change(patch: Partial<IntakeForm>): void {
    const form = { ...this.#state.form, ...patch };
    const status = this.#state.status === 'stale' ? 'stale' : this.#needsSaving(form);
    this.#set({ form, status });
    if (status === 'dirty') this.#plan(PAUSE_MS);
  }

  /** Saves what is unsaved at once; resolves when the server has it or has refused it. */
  async flush(): Promise<void> {
    this.#stopTimer();
    while (this.#saving !== null) await this.#saving;
    if (this.#state.status === 'stale' || this.#needsSaving(this.#state.form) !== 'dirty') return;
    this.#saving = this.#save();
    await this.#saving;
  }

  /** After `stale`: keep what is typed here, over the other version. */
  async keepMine(): Promise<void> {
    if (this.#state.status !== 'stale') return;
    this.#set({ status: 'dirty', reason: null });
    await this.flush();
  }

  /** After `stale`: show the other version. */
  takeTheirs(): void {
    const { consultation, status } = this.#state;
    if (status !== 'stale' || consultation === null) return;
    const form = formOf(consultation);
    this.#kept = this.#canonical(form);
    this.#set({ form, status: 'saved', reason: null });
  }

  #canonical(form: IntakeForm): string {
    return JSON.stringify(toIntake(form, this.#ports.now().getFullYear()));
  }

  #needsSaving(form: IntakeForm): 'waiting' | 'dirty' | 'saved' {
    const intake = toIntake(form, this.#ports.now().getFullYear());
    const complete =
      this.#state.consultation === null
        ? missingForDraft(form).length === 0
        : intake.title !== '' && intake.patient.initials !== '';
    if (!complete) return 'waiting';
    return this.#canonical(form) === this.#kept ? 'saved' : 'dirty';
  }

  async #save(): Promise<void> {
    const { form, consultation } = this.#state;
    const intake = toIntake(form, this.#ports.now().getFullYear());
    this.#set({ status: 'saving', reason: null });
    try {
      const saved =
        consultation === null
          ? await this.#ports.create(intake)
          : await this.#ports.edit(consultation.id, consultation.revision, intake);
      this.#kept = this.#canonical(form);
      this.#set({ consultation: saved, savedAt: this.#ports.now() });
      const status = this.#needsSaving(this.#state.form);
      this.#set({ status });
      if (status === 'dirty') this.#plan(PAUSE_MS);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#saving = null;
    }
  }

  #fail(error: unknown): void {
    const reason = sentenceOf(error);
    if (error instanceof ApiFailure && error.code === 'REVISION_STALE') {
      const current = consultationSchema.safeParse(error.current);
      if (current.success) {
        this.#meet(current.data, reason);
        return;
      }
    }
    const passing = error instanceof ApiFailure && (error.status === 0 || error.status >= 500);
    this.#set({ status: passing ? 'late' : 'refused', reason });
    if (passing) this.#plan(RETRY_MS);
  }

  /** Another revision with the words we know (only its state or people changed) is no conflict. */
  #meet(current: Consultation, reason: string): void {
    const sameWords = this.#canonical(formOf(current)) === this.#kept;
    this.#set({ consultation: current, status: sameWords ? 'dirty' : 'stale', reason: sameWords ? null : reason });
    if (sameWords) this.#plan(0);
  }

  #plan(milliseconds: number): void {
    this.#stopTimer();
    this.#stopTimer = this.#ports.after(milliseconds, () => void this.flush());
  }

  #set(patch: Partial<DraftState>): void {
    this.#state = { ...this.#state, ...patch };
    for (const listener of this.#listeners) listener();
  }
}
