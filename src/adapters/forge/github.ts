import { isCommit } from '../../domain/evidence/commit.ts';
import type { Comparison } from '../../domain/evidence/comparison.ts';
import {
  answers,
  type DeploymentQuery,
  type DeploymentState,
  type NewDeployment,
  payloadOf,
  type RecordedDeployment,
  readPayload,
  taskOf,
} from '../../domain/evidence/deployment.ts';
import { recordOf } from '../../domain/units/record.ts';
import type { Forge } from '../../ports/forge.ts';
import { asker, type ForgeAccess, type Question, undocumented } from './ask.ts';
import { changesBetween } from './changes.ts';

const pageSize = 100;
/** Of the deployments of one service into one environment, newest first. */
const mostPages = 5;
/** Deployments of one digest or tree whose ending is looked up. */
const mostAnswers = 10;

/** GitHub by its REST API. https://docs.github.com/rest/deployments, /rest/commits, /rest/git/commits */
export function githubForge(access: ForgeAccess): Forge {
  const ask = asker(access);

  /** Those that answer, and of how many of the latest they are where the record may go on. */
  async function latest(query: DeploymentQuery, signal?: AbortSignal) {
    const answering: Omit<RecordedDeployment, 'state'>[] = [];
    let looked = 0;
    for (let page = 1; page <= mostPages; page += 1) {
      const question = listing(query, page);
      const { body } = await ask(question, signal);
      if (!Array.isArray(body)) throw undocumented(question, 'no list of deployments');
      for (const each of body) {
        if (answering.length === mostAnswers) return { answering, ofLast: looked };
        answering.push(...deploymentOf(query, each));
        looked += 1;
      }
      if (body.length < pageSize) return { answering, ofLast: undefined };
      if (answering.length === mostAnswers) break;
    }
    return { answering, ofLast: looked };
  }

  return {
    async tree(commit, signal) {
      const question: Question = { path: `/git/commits/${commit}`, permission: 'contents: read', accepts: [404, 409, 422] };
      const { status, body } = await ask(question, signal);
      if (status !== 200) return undefined;
      const tree = recordOf(recordOf(body)?.['tree'])?.['sha'];
      if (!isCommit(tree)) throw undocumented(question, 'no tree');
      return tree;
    },

    async compare(base, head, signal) {
      // The second page has what is asked for, and leaves out the files, of which the first has up to 300 with their patches.
      const path = `/compare/${base}...${head}?per_page=1&page=2`;
      const question: Question = { path, permission: 'contents: read', accepts: [404, 422] };
      const { status, body } = await ask(question, signal);
      if (status !== 200) return { is: 'unknown' };
      const comparison = comparisonOf(recordOf(body) ?? {});
      if (comparison === undefined) throw undocumented(question, 'no comparison');
      return comparison;
    },

    changes: (base, head, signal) => changesBetween(ask, base, head, signal),

    async deployments(query, signal) {
      const { answering, ofLast } = await latest(query, signal);
      const states: RecordedDeployment[] = [];
      for (const each of answering) {
        const question: Question = { path: `/deployments/${each.id}/statuses?per_page=${pageSize}`, permission: 'deployments: read' };
        const { body } = await ask(question, signal);
        if (!Array.isArray(body)) throw undocumented(question, 'no list of statuses');
        states.push({ ...each, state: stateOf(body) });
      }
      return { found: states, ...(ofLast === undefined ? {} : { ofLast }) };
    },

    async record(deployment, signal) {
      const question: Question = { method: 'POST', path: '/deployments', permission: 'deployments: write', body: creation(deployment) };
      const id = recordOf((await ask(question, signal)).body)?.['id'];
      if (!isId(id)) throw undocumented(question, 'no deployment');
      await ask(
        { method: 'POST', path: `/deployments/${id}/statuses`, permission: 'deployments: write', body: statusOf(deployment) },
        signal,
      );
    },
  };
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;

function comparisonOf(fields: Readonly<Record<string, unknown>>): Comparison | undefined {
  const { status, ahead_by: ahead, behind_by: behind } = fields;
  if (typeof ahead !== 'number' || typeof behind !== 'number') return undefined;
  switch (status) {
    case 'identical':
      return { is: 'identical' };
    case 'ahead':
      return { is: 'ahead', by: ahead };
    case 'behind':
      return { is: 'behind', by: behind };
    case 'diverged':
      return { is: 'diverged', ahead, behind };
    default:
      return undefined;
  }
}

function listing({ service, environment }: DeploymentQuery, page: number): Question {
  const query = new URLSearchParams({ task: taskOf(service), environment, per_page: String(pageSize), page: String(page) });
  return { path: `/deployments?${query}`, permission: 'deployments: read' };
}

/** The query's filter is looked at again: what GitHub does not filter by would otherwise count. */
function deploymentOf(query: DeploymentQuery, value: unknown): readonly Omit<RecordedDeployment, 'state'>[] {
  const fields = recordOf(value) ?? {};
  const { id, sha, environment, task, created_at: at } = fields;
  const payload = readPayload(fields['payload']);
  if (payload === undefined || !isId(id) || !isCommit(sha) || environment !== query.environment || task !== taskOf(query.service))
    return [];
  return answers(query, payload) ? [{ ...payload, id, commit: sha, at: isoOf(at) }] : [];
}

const isoOf = (value: unknown): string =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : '';

/** Newest first. A later deployment makes earlier ones `inactive`, which takes nothing from how they ended. */
function stateOf(statuses: readonly unknown[]): RecordedDeployment['state'] {
  for (const status of statuses) {
    const state = recordOf(status)?.['state'];
    if (state === 'success' || state === 'failure' || state === 'error') return state satisfies DeploymentState;
    if (state !== 'inactive') return 'pending';
  }
  return 'pending';
}

/** Without a merge of the default branch, and without waiting for checks: it is a record of what was done, not an order. */
const creation = (deployment: NewDeployment) => ({
  ref: deployment.commit,
  task: taskOf(deployment.service),
  auto_merge: false,
  required_contexts: [],
  payload: payloadOf(deployment),
  environment: deployment.environment,
  description: deployment.description.slice(0, 140),
});

/** Several services may share an environment: one's success makes no other's inactive. */
const statusOf = ({ state, description, page }: NewDeployment) => ({
  state,
  description: description.slice(0, 140),
  auto_inactive: false,
  ...(page === undefined ? {} : { log_url: page }),
});
