export interface ForgePlace {
  readonly api: string;
  /** `owner/name`, where it is known. */
  readonly repository: string | undefined;
}

/** Where the forge of the repository that runs is, as GitHub tells it to each step. */
export const forgePlace = ({
  GITHUB_API_URL: api = 'https://api.github.com',
  GITHUB_REPOSITORY: repository,
}: Readonly<Record<string, string | undefined>>): ForgePlace => ({ api, repository });
