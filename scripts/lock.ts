import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { completed, type Lock } from './lock/complete.ts';

const path = resolve(import.meta.dirname, '../package-lock.json');
const before = readFileSync(path, 'utf8');
const after = `${JSON.stringify(completed(JSON.parse(before) as Lock), undefined, 2)}\n`;
const countOf = (text: string): number => Object.keys((JSON.parse(text) as Lock).packages).length;
writeFileSync(path, after);
console.log(`package-lock.json: ${countOf(after) - countOf(before)} entries for other platforms added`);
