import { describe, expect, it } from '@jest/globals';
import { parseBuildArguments, parseBuildSecrets } from '../../../src/domain/build/build-arguments.ts';

describe('build arguments', () => {
  it('are one a line, with everything behind the first equals sign as it is', () => {
    expect(parseBuildArguments('VERSION=1.2\n\n  FLAGS=-a=b c \nEMPTY=\r\n')).toEqual({
      ok: true,
      value: { VERSION: '1.2', FLAGS: '-a=b c ', EMPTY: '' },
    });
  });

  it.each([
    'NPM_TOKEN=x',
    'GITHUB_TOKENS=x',
    'token=x',
    'DB_PASSWORD=x',
    'API_KEY=x',
    'STRIPE_SECRET=x',
    'SECRET_KEY_BASE=x',
    'AWS_SECRET_ACCESS_KEY=x',
    'PIP_INDEX=https://user:hunter2@index.example.com/simple',
    'SETTING=ghp_0123456789abcdefghij0123456789abcdef',
    'SETTING=AKIAIOSFODNN7EXAMPLE',
    'SETTING=-----BEGIN RSA PRIVATE KEY-----',
  ])('%s looks like a secret, is refused without its value and with the way out', (line) => {
    const result = parseBuildArguments(line);
    const [name = '', value = ''] = line.split('=');
    expect(result).toMatchObject({
      ok: false,
      problem: expect.stringContaining(name),
      remedy: expect.stringContaining('--mount=type=secret'),
    });
    if (!result.ok && value.length > 1) expect(`${result.problem}${result.remedy}`).not.toContain(line.slice(name.length + 1));
  });

  it.each([
    'TOKEN_URL=https://example.com',
    'SECRET_NAME=db',
    'PASSWORD_FILE=/run/secrets/db',
    'TOKENIZERS_PARALLELISM=false',
    'AUTHOR=me',
    'KEYS=3',
    'BASE=https://example.com/a@b',
  ])('%s does not', (line) => expect(parseBuildArguments(line)).toMatchObject({ ok: true }));

  it.each(['VERSION', '1X=2', '=x', 'A B=c', 'A=1\nA=2'])('%j is refused', (text) =>
    expect(parseBuildArguments(text)).toMatchObject({ ok: false }),
  );
});

describe('secrets of a build', () => {
  it('are named by their places', () => {
    expect(parseBuildSecrets('id=npm,env=NPM_TOKEN\nid=pip.conf,src=conf/pip.conf')).toEqual({
      ok: true,
      value: [
        { id: 'npm', from: 'environment', name: 'NPM_TOKEN' },
        { id: 'pip.conf', from: 'file', path: 'conf/pip.conf' },
      ],
    });
  });
  it.each(['npm=hunter2', 'id=npm', 'id=npm,env=', 'id=npm,env=A,src=b', 'id=a,env=X\nid=a,env=Y', 'id=a,env=1X', 'id=../a,env=X'])(
    '%j is refused, and not shown',
    (text) => {
      const result = parseBuildSecrets(text);
      expect(result.ok).toBe(false);
      expect(JSON.stringify(result)).not.toContain('hunter2');
    },
  );
});
