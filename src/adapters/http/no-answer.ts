import { foreignText } from '../foreign-text.ts';

export interface NoAnswer {
  readonly is: 'no-answer';
  /** A phrase that fits after a colon: `the connection was refused (ECONNREFUSED)`. */
  readonly reason: string;
}

const phrases: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to the network',
  ERR_INVALID_CHAR: 'a header of the request holds characters that HTTP does not allow',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the server is for another name',
  CERT_HAS_EXPIRED: 'the certificate of the server has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate of the server is not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate of the server is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate of the server is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate of the server is not trusted',
};

export function noAnswer(problem: unknown): NoAnswer {
  if (typeof problem === 'string') return { is: 'no-answer', reason: problem };
  const { code, message } = problem as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code !== 'string') return { is: 'no-answer', reason: foreignText(String(message ?? problem), [], 200) };
  return { is: 'no-answer', reason: `${phrases[code] ?? foreignText(String(message), [], 200)} (${code})` };
}
