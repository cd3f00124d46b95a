/** Where the runner hands out tokens that say which workflow this is. */
export interface IdTokenSource {
  readonly url: string;
  /** Secret. Valid as long as the job. */
  readonly token: string;
}

/** The runner sets both, in every step of a job with `id-token: write`. */
export function idTokenSource(environment: Readonly<Record<string, string | undefined>>): IdTokenSource | undefined {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url = '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: token = '' } = environment;
  return url === '' || token === '' ? undefined : { url, token };
}
