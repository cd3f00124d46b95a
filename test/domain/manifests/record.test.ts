import { describe, expect, it } from '@jest/globals';
import { deploymentSpec } from '../../../src/domain/kubernetes/workload.ts';
import { readTemplateRecord, type TemplateRecord, takingBack } from '../../../src/domain/manifests/record.ts';
import { newTemplate } from '../../../src/domain/manifests/release.ts';
import { stable } from '../rollout/deployments.ts';
import { patched } from '../rollout/patched.ts';

const record: TemplateRecord = {
  copies: [
    { kind: 'ConfigMap', name: 'settings-1' },
    { kind: 'Secret', name: 'keys-1' },
  ],
  undo: { fingerprint: 'f', previous: { spec: { containers: [{ name: 'agent' }] } } },
};

describe('what the Lease says about templates', () => {
  it('reads back as it was written', () => expect(readTemplateRecord(JSON.stringify(record))).toEqual(record));

  it.each([
    ['nothing', undefined, undefined],
    ['no JSON', '{', undefined],
    ['no copies', '{}', undefined],
    ['a kind that is never copied', JSON.stringify({ copies: [{ kind: 'Deployment', name: 'agent' }] }), { copies: [] }],
    ['a path for a name', JSON.stringify({ copies: [{ kind: 'Secret', name: '../x' }] }), { copies: [] }],
    ['a template without containers', JSON.stringify({ copies: [], undo: { fingerprint: 'f', previous: {} } }), { copies: [] }],
    ['no mark', JSON.stringify({ copies: [], undo: { previous: record.undo?.previous } }), { copies: [] }],
  ])('believes nothing of %s', (_, text, read) => expect(readTemplateRecord(text)).toEqual(read));
});

describe('taking back', () => {
  const wish = { service: 'agent', namespace: 'shop', container: 'agent', image: 'shop/agent@sha256:2', stable: stable() };
  const made = newTemplate({ metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'agent' }] } }, [], wish);
  const previous = deploymentSpec(stable()).template ?? {};
  const undo = { fingerprint: made.fingerprint, previous };
  const rollout = { container: 'agent', image: wish.image, previousImage: 'shop/agent:1' };
  const running = { ...stable(), spec: { ...deploymentSpec(stable()), template: made.template } };

  it('gives back the whole template, byte for byte', () => {
    const operations = takingBack(running, rollout, undo) ?? [];
    expect(JSON.stringify(deploymentSpec(patched(running, operations) ?? running).template)).toBe(JSON.stringify(previous));
  });

  it('leaves alone what the rollout did not set', () => {
    expect(takingBack(stable(), rollout, undo)).toBeUndefined();
    expect(takingBack(running, { ...rollout, image: 'shop/agent@sha256:9' }, undo)).toBeUndefined();
    expect(takingBack(running, rollout, { ...undo, fingerprint: 'other' })).toBeUndefined();
  });

  it('changes the image alone where there were no manifests', () => {
    const other = { ...stable({ containers: [{ name: 'agent', image: wish.image }] }) };
    expect(takingBack(other, rollout, undefined)?.at(-1)).toEqual({
      op: 'replace',
      path: '/spec/template/spec/containers/0/image',
      value: 'shop/agent:1',
    });
    expect(takingBack(stable(), rollout, undefined)).toBeUndefined();
    expect(takingBack(other, { ...rollout, previousImage: wish.image }, undefined)).toBeUndefined();
  });
});
