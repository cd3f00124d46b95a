import { expect, it } from '@jest/globals';
import { tellRequests } from '../../src/world/tell-requests.ts';

it('tells each request in the debug log, and where none came of its answer', () => {
  const lines: string[] = [];
  const tell = tellRequests({ debug: (text) => lines.push(text) });
  tell('GET', '/api/v1/pods', 200);
  tell('PATCH', '/apis/apps/v1/deployments/agent', undefined);
  expect(lines).toEqual(['GET /api/v1/pods 200', 'PATCH /apis/apps/v1/deployments/agent no answer']);
});
