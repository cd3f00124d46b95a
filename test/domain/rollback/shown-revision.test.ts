import { describe, expect, it } from '@jest/globals';
import { presentRevision, revisionText, shownRevision } from '../../../src/domain/rollback/shown-revision.ts';
import { releaseOf } from '../../../src/domain/rollout/good-release.ts';

const template = { spec: { containers: [{ name: 'api', image: 'agent:v1' }] } };
const revision = {
  number: 7,
  name: 'agent-7',
  template,
  createdAt: '2026-03-01T00:00:00Z',
  annotations: { 'wf-deploy.io/actor': 'bob', 'wf-deploy.io/run': 'https://example.com/1', 'kubernetes.io/change-cause': 'v1' },
  podLabel: { key: 'pod-template-hash', value: '7' },
};
const release = releaseOf('Deployment/agent', template, {
  run: 'https://example.com/2',
  who: 'alice',
  commit: undefined,
  at: '2026-03-02T00:00:00Z',
});
const now = Date.parse('2026-03-02T01:30:30Z');

describe('what is shown of a revision', () => {
  it('is what its release says, before what its annotations say', () => {
    expect(shownRevision(template, [revision], [])).toMatchObject({
      revision: 7,
      by: 'bob',
      run: 'https://example.com/1',
      changeCause: 'v1',
    });
    expect(shownRevision(template, [revision], [release])).toMatchObject({ since: release.at, by: 'alice', run: 'https://example.com/2' });
    const workload = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'agent' }, spec: { template } };
    expect(presentRevision(workload, [], [])).toMatchObject({ revision: undefined, images: { api: 'agent:v1' }, since: undefined });
  });

  it('is one line, with its age', () => {
    expect(revisionText(shownRevision(template, [revision], [release]), now)).toBe(
      'revision 7 · api agent:v1 · 1h30m old · deployed by alice · v1 · https://example.com/2',
    );
    expect(revisionText(shownRevision(template, [], []), now)).toBe('no revision of its own · api agent:v1');
  });

  it('is inert, whatever somebody wrote into its annotations', () => {
    const evil = { ...revision, annotations: { 'kubernetes.io/change-cause': 'a\n::error::b\u001b[2J' } };
    expect(revisionText(shownRevision(template, [evil], []), now)).not.toContain('\n');
  });
});
