import { describe, expect, it } from '@jest/globals';
import { parseDemoArguments } from '../../../scripts/demo/arguments.ts';

const problem = (...argv: string[]): string => {
  const order = parseDemoArguments(argv);
  return order.ok ? 'none' : order.problem;
};

describe('the arguments of the demo', () => {
  it('are none, for a lab that goes with the demo', () => {
    expect(parseDemoArguments([])).toEqual({ ok: true, value: { where: 'lab', keep: false } });
    expect(parseDemoArguments(['--keep'])).toEqual({ ok: true, value: { where: 'lab', keep: true } });
  });

  it('name a context and what belongs to it', () => {
    const argv = ['--context', 'kind-x', '--registry', 'localhost:5001', '--gateway-url=http://127.0.0.1:8080', '--gateway', 'edge/public'];
    expect(parseDemoArguments(argv)).toEqual({
      ok: true,
      value: {
        where: 'context',
        keep: false,
        context: 'kind-x',
        kubeconfig: undefined,
        registry: 'localhost:5001',
        prometheusUrl: undefined,
        gateway: 'edge/public',
        gatewayUrl: 'http://127.0.0.1:8080',
      },
    });
  });

  it('name the pipeline, which has a lab of its own', () => {
    expect(parseDemoArguments(['pipeline'])).toEqual({ ok: true, value: { where: 'pipeline' } });
  });

  it('help wins', () => expect(parseDemoArguments(['--context', 'x', '--help'])).toEqual({ ok: true, value: { where: 'help' } }));

  it.each([
    [['--kepe'], "Unknown option '--kepe'"],
    [['kind-x'], "Unexpected argument 'kind-x'"],
    [['pipeline', 'twice'], "Unexpected argument 'twice'"],
    [['pipeline', '--keep'], '`--keep` does not go with `pipeline`'],
    [['pipeline', '--registry', 'localhost:5001'], '`--registry` does not go with `pipeline`'],
    [['--context'], "Option '--context <value>' argument missing"],
    [['--context', ''], '`--context` is empty'],
    [['--registry', 'localhost:5001'], '`--registry` says something about a cluster of yours, and no `--context` names one'],
    [['--context', 'kind-x', '--gateway', 'default'], '`--gateway` = `default` is not namespace/name'],
    [['--context', 'kind-x', '--gateway-url', '127.0.0.1:80'], '`--gateway-url` = `127.0.0.1:80` is no URL'],
    [['--context', 'kind-x', '--prometheus-url', 'prometheus'], '`--prometheus-url` = `prometheus` is no URL'],
  ])('%j is one clear error', (argv, words) => {
    expect(problem(...argv)).toBe(words);
  });
});
