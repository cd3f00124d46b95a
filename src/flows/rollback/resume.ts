import { differences } from '../../domain/kubernetes/difference.ts';
import { changedTemplate, imagesOf, templateOf } from '../../domain/kubernetes/pod-template.ts';
import type { Chosen } from '../../domain/rollback/choose.ts';
import type { RollbackRecord } from '../../domain/rollback/record.ts';
import { isSameImages } from '../../domain/rollout/good-release.ts';
import type { Standing } from './survey.ts';

/** Where a rollback whose run is gone was going. `undefined`: somebody else has changed the workload since, and it is no longer about that. */
export function resumed({ keeper, images, from, to }: RollbackRecord, { workload, revisions }: Standing): Chosen | undefined {
  const template = templateOf(workload);
  const now = imagesOf(template);
  if (!isSameImages(now, images) && !isSameImages(now, from)) return undefined;
  const revision = revisions.find(({ name }) => name === keeper);
  const wanted = revision?.template ?? changedTemplate(template, images);
  return differences(template, wanted).length === 0 ? { is: 'there', to } : { is: 'template', template: wanted, revision, to };
}
