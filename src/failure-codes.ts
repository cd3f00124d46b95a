/** Every code a `Failure` can carry, with the sentence that docs/errors.md shows for it. A code is never renamed or used again. */
export const failureCodes = {
  INPUT_INVALID:
    'One or more inputs cannot be used, or one has a misspelt name. Every bad input is listed with its value and what is allowed.',
  FILE_UNREADABLE: 'A file of the workspace is not there, lies outside of it, is too large, or is not what it should be.',
  KUBECONFIG_INVALID: 'The kubeconfig cannot be read, has no such context, or names no server.',
  CLUSTER_UNREACHABLE: 'The API server gave no answer in time, or the connection was refused or cut.',
  CLUSTER_UNAUTHORISED: 'The API server did not accept the credentials (401).',
  CLUSTER_FORBIDDEN: 'The credentials are valid, but they lack a permission (403).',
  CLUSTER_CONFLICT: 'The object was changed by someone else between reading and writing (409).',
  CLUSTER_NOT_FOUND: 'The object, or its kind, is not there (404).',
  CLUSTER_REFUSED: 'The API server refused the request as invalid (400, 422) or by an admission rule.',
  CLUSTER_BROKEN: 'The API server answered with an error of its own (5xx, 429) or with something that is no Kubernetes answer.',
  PREFLIGHT_FAILED: 'The preflight found problems. All of them are listed, and nothing was written.',
  DIGEST_HELD: 'The digest was rolled back here, or was measured harmful or crashed, and is held until somebody lifts that.',
  LOCK_HELD: 'Another run holds the Lease of this service and did not release it within `lock-timeout`.',
  LOCK_LOST: 'Another run, or a successor, took the Lease. This run stopped writing at once.',
  ROLLOUT_FAILED: 'Pods of a Deployment cannot become ready. The diagnosis names the reason Kubernetes gave.',
  ROLLOUT_TIMED_OUT: 'A Deployment did not become Available at its newest generation within `rollout-timeout`.',
  ROUTE_UNUSABLE: 'The route does not have the shape that a traffic split needs.',
  ROUTE_NOT_ACCEPTED: 'The route was written, but not every parent accepted it at its generation.',
  METRICS_UNREACHABLE: 'The metric store gave no usable answer. This is never counted as healthy or as harm.',
  SMOKE_FAILED: 'A smoke check on the canary failed before any weight was moved.',
  HOOK_FAILED: 'The command of `before-switch` did not end with 0, so no user was moved.',
  CRITERIA_FAILED: 'The canary was measured to be worse than the criteria allow.',
  NO_DATA: 'There was no usable measurement for longer than `no-data-timeout`.',
  DRIFT: 'Someone else changed the route, or gave stable another image, during the rollout.',
  GUARDIAN_MISSING: 'The guardian did not acknowledge in time, or could not rehearse its writes. No weight was moved.',
  GUARDIAN_LOST: 'The heartbeat of the guardian stopped. The canary was taken back while the run could still do it.',
  CANCELLED: 'The run was cancelled.',
  ABORTED: 'Someone asked for the way back by `operation: abort`.',
  ROLLBACK_UNCONFIRMED: 'A rollback could not be confirmed: nobody can say that users have the version that was gone back to.',
  ROLLED_BACK: 'Someone rolled the service back by `actions/rollback`, which took the Lease of the run that was at work.',
  PAUSE_EXPIRED: 'A pause lasted as long as its run may wait, and there was no guardian or no weight to keep beyond it.',
  OPERATION_REFUSED: 'An operation cannot be carried out as things stand. What stands against it is said, and what to do instead.',
  NOT_ANSWERED: 'The run that holds the Lease did not answer a request in time.',
  IMAGE_MISSING: 'The registry says that the image does not exist.',
  REGISTRY_UNCHECKED: 'The registry could not be asked about the image.',
  BACKUP_FAILED: 'The backup before a release failed, was not done in time, or made nothing. Nothing of the release was written.',
  NOTIFY_FAILED: 'A notification could not be delivered.',
  COMMAND_FAILED: 'A command could not be started or ended with an error.',
  TESTS_FAILED: 'A test failed or ended in an error, by the report that the command wrote.',
  NO_TEST_EXECUTED: 'The report holds no test, or every test was skipped. That shows nothing about the code.',
  COVERAGE_TOO_LOW: 'Line coverage is not above `coverage-threshold`.',
  REPORT_NOT_CHECKED: 'A report is missing, from before this run, or cannot be read. That is never a pass.',
  POLICY_INVALID: 'A suppressions file or a baseline cannot be used. Without it there is no verdict, so nothing was run.',
  CHANGES_UNKNOWN: 'Git could not say which lines changed, so `changed-only` has nothing to go by.',
  BUILD_FAILED: 'The image could not be built or pushed.',
  IMAGE_NOT_CONFIRMED: 'The registry does not hold what was pushed, under its digest and for every platform that was ordered.',
  BUILD_SECRET_MISSING: 'A secret of the build is not where `secrets` says that it is.',
  REGISTRY_LOGIN_FAILED: 'The registry did not accept the user name and password.',
  PROGRAM_UNREACHABLE: 'A program that is pinned by its checksum could not be downloaded.',
  PROGRAM_UNVERIFIED: 'A download is not what its checksum says. It was deleted, and nothing of it was run.',
  FORGE_UNREACHABLE: 'GitHub gave no answer in time, answered with an error of its own (5xx), or its rate limit is used up.',
  FORGE_FORBIDDEN: 'GitHub did not accept the token (401), or the token lacks a permission (403, 404), which is named.',
  FORGE_REFUSED: 'GitHub refused a request as it stands (409, 422), or answered with what its API does not document.',
  CLOUD_UNREACHABLE: 'The cloud gave no answer in time, answered with an error of its own (5xx), or its rate limit is used up (429).',
  CLOUD_UNAUTHORISED:
    'The cloud did not accept who this workflow is: its sign-in refused the token of the job, or its API the token of the sign-in (401).',
  CLOUD_FORBIDDEN: 'The cloud knows who this workflow is, and that one lacks a role, which is named (403).',
  CLOUD_NOT_FOUND: 'The cloud has no such cluster, or does not show it to this workflow (404).',
  CLOUD_REFUSED: 'The cloud refused a request as it stands (400, 409), or answered with what its API does not document.',
  GATES_NOT_PASSED:
    'A gate of the pipeline failed, or was skipped and no reason for that was given. What is behind the gates is not begun.',
  STAGING_MISSING: 'Production asks for an image that passed staging, and there is no evidence of that, or it could not be asked for.',
  COMMIT_UNORDERED:
    'It is not known to be newer than what is deployed: the histories have diverged, or the forge does not know both commits.',
  CHANGE_AMBIGUOUS:
    'The labels of the pull request contradict each other, or name a kind of change that is not known. No strategy was chosen.',
  INTERNAL: 'A defect in wf-deploy. Please report it with the log.',
} as const;

/** Codes that a release gave and none gives any more, with what is given now: reports that hold one can still be looked up. None is used again. */
export const retiredCodes = {
  EVIDENCE_MISSING:
    'The image to promote has no recorded evidence of a passed canary. Now that is one of the problems of `PREFLIGHT_FAILED`, which lists all of them at once.',
} as const;

export type FailureCode = keyof typeof failureCodes;
