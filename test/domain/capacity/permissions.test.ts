import { describe, expect, it } from '@jest/globals';
import { lookingPermissions, scaledObjectPermission, scalingPermissions } from '../../../src/domain/capacity/permissions.ts';
import type { Permission } from '../../../src/domain/rollout/permissions.ts';
import { hpa, scaledObject } from './autoscalers.ts';

const needs = { service: 'agent', namespace: 'shop' };
const short = ({ need, verb, group, resource, namespace, name }: Permission): string =>
  `${need} ${verb} ${group}/${resource} ${namespace}/${name ?? '*'}`;

describe('what a run needs for the size of stable', () => {
  it('is to look, always', () => {
    expect(lookingPermissions(needs).map(short)).toEqual([
      'required list autoscaling/horizontalpodautoscalers shop/*',
      'advisory list policy/poddisruptionbudgets shop/*',
      'advisory list keda.sh/scaledobjects shop/*',
    ]);
  });

  it('is nothing more where nothing sets it', () => expect(scalingPermissions(needs, { is: 'none' }, true)).toEqual([]));

  it('is to change that one autoscaler, and to make and remove that one copy', () => {
    expect(scalingPermissions(needs, { is: 'hpa', object: hpa('agent-hpa') }, true).map(short)).toEqual([
      'required get autoscaling/horizontalpodautoscalers shop/agent-hpa',
      'required patch autoscaling/horizontalpodautoscalers shop/agent-hpa',
      'required create autoscaling/horizontalpodautoscalers shop/*',
      'required patch autoscaling/horizontalpodautoscalers shop/wf-deploy-agent',
      'required delete autoscaling/horizontalpodautoscalers shop/wf-deploy-agent',
    ]);
    expect(scalingPermissions(needs, { is: 'hpa', object: hpa('agent-hpa') }, false)).toHaveLength(2);
  });

  it("is to change KEDA's object and not KEDA's autoscaler", () => {
    expect(scalingPermissions(needs, { is: 'keda', object: scaledObject() }, false).map(short)).toEqual([
      'required get keda.sh/scaledobjects shop/agent',
      'required patch keda.sh/scaledobjects shop/agent',
    ]);
    const paused = scaledObject({}, { 'autoscaling.keda.sh/paused': 'true' });
    expect(scalingPermissions(needs, { is: 'keda', object: paused }, false).map(short)).toEqual([
      'required get keda.sh/scaledobjects shop/agent',
    ]);
    expect(scaledObjectPermission(needs, 'agent').map(short)).toEqual(['required get keda.sh/scaledobjects shop/agent']);
  });
});
