/** Short names for long contents. */
export interface Digest {
  /** SHA-256 of the text as UTF-8, in hexadecimal digits. */
  sha256(text: string): string;
}
