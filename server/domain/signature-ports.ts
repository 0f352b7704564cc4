/** Ed25519 signatures over bytes; keys as SPKI and signatures, both base64url. */
export interface Signer {
  readonly publicKey: string;
  sign(bytes: Uint8Array): string;
  /** True when `signature` was made over `bytes` with the private half of `publicKey`. Never throws. */
  verify(bytes: Uint8Array, signature: string, publicKey: string): boolean;
}
