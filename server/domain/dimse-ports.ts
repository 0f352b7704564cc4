import type { ConsultationId, UserId } from '#shared/ids.ts';
import type { SearchReach } from './reach-ports.ts';

/**
 * A remote application entity (a PACS, a modality, a workstation) on the allow-list of the DIMSE listener. An AE title
 * proves nothing: the entry says whose rights whoever uses it has.
 */
export interface DimsePeer {
  /** 1 to 16 characters, unique (PS3.8 section 9.3.2). */
  readonly aeTitle: string;
  /** The account the peer acts as. */
  readonly userId: UserId;
  /** IP address or CIDR range it must call from; null for any. */
  readonly address: string | null;
  /** Where objects it stores go; null when it may store none. */
  readonly consultationId: ConsultationId | null;
  /** Where C-MOVE sends objects for it; null when it is no destination. */
  readonly destination: { readonly host: string; readonly port: number } | null;
  readonly createdAt: string;
}

export interface DimseRepository {
  /** False when the AE title is taken. */
  addPeer(peer: DimsePeer): Promise<boolean>;
  findPeer(aeTitle: string): Promise<DimsePeer | null>;
  /** By AE title. */
  peers(): Promise<DimsePeer[]>;
  /** False when there was none. */
  removePeer(aeTitle: string): Promise<boolean>;
  /** The transfer syntaxes in which what is within reach has each SOP Class, the most frequent first. */
  storedSyntaxes(reach: SearchReach): Promise<Map<string, string[]>>;
}
