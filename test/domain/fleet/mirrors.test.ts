import { expect, it } from '@jest/globals';
import { imageProblems, mirrored } from '../../../src/domain/fleet/mirrors.ts';
import { imageText, parseImage } from '../../../src/domain/units/image.ts';

const image = (text: string) => {
  const parsed = parseImage(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};

it.each([
  ['aiworkflow.azurecr.io/auth-service:v1', 'we.azurecr.io', 'we.azurecr.io/auth-service:v1'],
  ['ghcr.io/shop/agent:v1', 'mirror.example.com/ghcr', 'mirror.example.com/ghcr/shop/agent:v1'],
  ['shop/agent:v1', 'mirror.example.com', 'mirror.example.com/shop/agent:v1'],
  ['localhost:5000/agent:v1', 'mirror.example.com', 'mirror.example.com/agent:v1'],
  ['localhost/agent:v1', 'mirror.example.com', 'mirror.example.com/agent:v1'],
])('%s in %s is %s', (text, mirror, expected) => expect(imageText(mirrored(image(text), mirror))).toBe(expected));

it('what is missing, what is another one and what could not be asked are three things', () => {
  const of = image('a.example.com/agent:v1');
  const found = (digest: string) => ({ is: 'found', digest }) as const;
  const problems = imageProblems([
    { image: of, mirror: undefined, answer: found('sha256:1') },
    { image: of, mirror: 'b.example.com', answer: found('sha256:1') },
    { image: of, mirror: 'c.example.com', answer: found('sha256:2') },
    { image: of, mirror: 'd.example.com', answer: { is: 'missing' } },
    { image: of, mirror: 'e.example.com', answer: { is: 'not-checked', reason: 'no route' } },
  ]);
  expect(problems.map(({ what, unchecked }) => [what, unchecked])).toEqual([
    ['The mirror c.example.com has another image under c.example.com/agent:v1: sha256:2 instead of sha256:1.', false],
    ['The mirror d.example.com has no image d.example.com/agent:v1.', false],
    ['Not checked: whether e.example.com/agent:v1 exists (no route).', true],
  ]);
});
