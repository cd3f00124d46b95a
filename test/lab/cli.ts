// npm run lab -- provision | start | status | env | exec | stop
import { parseArgs } from 'node:util';
import { provision } from '../../scripts/provision.ts';
import { LabFailure } from './failure.ts';
import { findLab, type Lab, startLab } from './lab.ts';

const usage = `npm run lab -- <order> [--name NAME]
  provision  installs and builds what the lab needs (minutes the first time, nothing later)
  start      starts a lab and leaves it running; with --attached it ends with this command
  status     lists each part and address
  env        prints the lines that point a shell at it: eval "$(npm run --silent lab -- env)"
  exec       runs a command inside it: npm run lab -- exec -- ip address
  stop       ends it and leaves nothing behind`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: 'string', default: 'lab' },
    attached: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    'scrape-interval': { type: 'string', default: '1s' },
  },
});

const print = (line: string) => process.stdout.write(`${line}\n`);

const orders: Record<string, () => Promise<void>> = {
  provision: prepare,
  start: async () => {
    if (await findLab(values.name))
      throw new LabFailure(`A lab named ${values.name} is running.`, 'Stop it first, or choose another --name.');
    await prepare();
    const lab = await startLab({ name: values.name, detached: !values.attached, scrapeInterval: values['scrape-interval'], log: print });
    await describe(lab);
    if (values.attached) await new Promise(() => setInterval(() => undefined, 60_000));
  },
  status: async () => describe(await running()),
  env: async () => {
    for (const [name, value] of Object.entries(environmentOf(await running()))) print(`export ${name}='${value}'`);
  },
  exec: async () => {
    const { code, stdout, stderr } = await (await running()).exec(positionals.slice(1));
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    process.exitCode = code;
  },
  stop: async () => {
    await (await running()).stop();
    print(`Lab ${values.name} is gone.`);
  },
};

async function prepare(): Promise<void> {
  const outcome = await provision({ log: print });
  if (outcome.state !== 'ready') throw new LabFailure('The lab cannot run here.', outcome.statement);
}

async function running(): Promise<Lab> {
  const lab = await findLab(values.name);
  if (!lab) throw new LabFailure(`No lab named ${values.name} is running.`, 'Start one: npm run lab -- start');
  return lab;
}

function environmentOf(lab: Lab): Record<string, string> {
  return {
    KUBECONFIG: lab.kubeconfig,
    LAB_GATEWAY: lab.gatewayUrl,
    LAB_PROMETHEUS: lab.prometheusUrl,
    LAB_REGISTRY: lab.registry,
    LAB_AUDIT_LOG: lab.auditLog,
  };
}

async function describe(lab: Lab): Promise<void> {
  const { parts } = await lab.status();
  print(`Lab ${lab.name} in ${lab.directory}`);
  for (const { part, state, address } of parts) print(`  ${part.padEnd(24)} ${state.padEnd(8)} ${address} (inside)`);
  for (const [name, value] of Object.entries(environmentOf(lab))) print(`  ${name.padEnd(24)} ${value}`);
}

const order = orders[positionals[0] ?? ''];
if (!order || values.help) {
  print(usage);
  process.exitCode = values.help ? 0 : 2;
} else {
  await order().catch((error: Error) => {
    process.stderr.write(`${error instanceof LabFailure ? error.message : error.stack}\n`);
    process.exitCode = 1;
  });
}
