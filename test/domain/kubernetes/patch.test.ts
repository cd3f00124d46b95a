import { expect, it } from '@jest/globals';
import { annotationPath } from '../../../src/domain/kubernetes/patch.ts';

it.each([
  ['note', '/metadata/annotations/note'],
  ['wf-deploy.io/epoch', '/metadata/annotations/wf-deploy.io~1epoch'],
  ['a~b/c', '/metadata/annotations/a~0b~1c'],
  ['a~1b', '/metadata/annotations/a~01b'],
])('the annotation %s is at %s', (name, path) => expect(annotationPath(name)).toBe(path));
