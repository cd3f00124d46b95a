import { type Parsed, parsed, refused } from './parsed.ts';

const label = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const labelRemedy = 'Write lower-case letters, digits and `-`, beginning and ending with a letter or digit, at most 63 characters.';
const nameRemedy =
  'Write lower-case letters, digits, `-` and `.`, each part beginning and ending with a letter or digit, at most 253 characters.';

/** A DNS-1123 label: the name of a namespace, a container or a Service. */
export function parseLabel(text: string): Parsed<string> {
  if (text.length > 63) return refused('is longer than 63 characters', labelRemedy);
  return label.test(text) ? parsed(text) : refused('is not a DNS label', labelRemedy);
}

/** A DNS-1123 subdomain: the name of most Kubernetes objects, a Deployment's for one. */
export function parseName(text: string): Parsed<string> {
  if (text.length > 253) return refused('is longer than 253 characters', nameRemedy);
  return text.split('.').every((part) => label.test(part)) ? parsed(text) : refused('is not a Kubernetes name', nameRemedy);
}
