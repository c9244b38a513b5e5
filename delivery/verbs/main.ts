/**
 * The verbs of delivery: `npm run <verb> -- …`, each with its flags in {@link VERBS}. Exit codes: {@link EXIT}, docs/delivery.md.
 * They run `pulumi` in the repository, and sign in to Azure as it does.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { azure } from "@azure-ml-as-code/provider/azure/arm.ts";
import type { Azure } from "@azure-ml-as-code/provider/azure/arm.ts";
import { bootstrap } from "../bootstrap/bootstrap.ts";
import { deploy } from "./deploy.ts";
import { drift } from "./drift.ts";
import { must, pulumiCli } from "./engine.ts";
import type { Engine } from "./engine.ts";
import { promote } from "./promote.ts";
import { EXIT, Refusal, usage } from "./refusal.ts";
import { rollback } from "./rollback.ts";
import { create, destroy, expire } from "./stages.ts";
import { exportState, importState, init, repair, unlock } from "./state.ts";

interface Call {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly azure: Azure;
  readonly engine: Engine;
  readonly tell: (line: string) => void;
  /** A flag's value. @throws Refusal where it is missing. */
  readonly flag: (name: string) => string;
  readonly optional: (name: string) => string | undefined;
  readonly words: readonly string[];
}

interface Verb {
  readonly takes: string;
  readonly flags: readonly string[];
  /** Flags without a value. */
  readonly switches?: readonly string[];
  /** How many words besides flags. */
  readonly words: number;
  readonly run: (call: Call) => Promise<string | undefined>;
}

function subscription(env: NodeJS.ProcessEnv): string {
  const found = env["ARM_SUBSCRIPTION_ID"] ?? env["AZURE_SUBSCRIPTION_ID"];
  if (found === undefined) throw usage("which subscription? Set ARM_SUBSCRIPTION_ID");
  return found;
}

const who = (env: NodeJS.ProcessEnv): string =>
  env["GITHUB_ACTOR"] ?? env["BUILD_REQUESTEDFOR"] ?? env["USER"] ?? "unknown";

const VERBS: Readonly<Record<string, Verb>> = {
  promote: {
    takes: "--from STAGE --to STAGE MODEL",
    flags: ["from", "to"],
    words: 1,
    run: ({ flag, words, ...call }) =>
      promote({ ...call, from: flag("from"), to: flag("to"), model: words[0]! }),
  },
  deploy: {
    takes: "--stage STAGE [--accept MODEL --reason TEXT]",
    flags: ["stage", "accept", "reason"],
    words: 0,
    async run({ flag, optional, ...call }) {
      const given = optional("accept");
      const model = given?.trim() === "" ? undefined : given; // a pipeline hands over an empty one
      const acceptance =
        model === undefined ? undefined : { model, reason: flag("reason"), who: who(call.env) };
      await deploy({ ...call, stage: flag("stage"), acceptance });
      return undefined;
    },
  },
  rollback: {
    takes: "--stage STAGE ENDPOINT",
    flags: ["stage"],
    words: 1,
    run: ({ flag, words, ...call }) => rollback({ ...call, stage: flag("stage"), endpoint: words[0]! }),
  },
  preview: {
    takes: "--stage STAGE",
    flags: ["stage"],
    words: 0,
    async run({ flag, engine }) {
      await must(engine, ["preview", "--diff"], flag("stage"));
      return undefined;
    },
  },
  drift: {
    takes: "--stage STAGE [--issue]",
    flags: ["stage"],
    switches: ["issue"],
    words: 0,
    run: ({ flag, optional, engine, tell }) =>
      drift({ engine, tell, stage: flag("stage"), issue: optional("issue") !== undefined }),
  },
  stages: {
    takes: "create pr-N [--hours H] | destroy pr-N | expire",
    flags: ["hours"],
    words: 2,
    run({ words: [verb, stage = ""], optional, ...call }) {
      const options = { ...call, now: () => new Date() };
      if (verb === "create") return create(options, stage, Number(optional("hours") ?? "48"));
      if (verb === "destroy") return destroy(options, stage);
      if (verb === "expire") return expire({ ...options, subscriptionId: subscription(call.env) });
      throw usage(`stages: found ${JSON.stringify(verb ?? "")}; allowed: create, destroy, expire`);
    },
  },
  state: {
    takes: "init|export|import|repair|unlock --stage STAGE [--file FILE]",
    flags: ["stage", "file"],
    words: 1,
    run({ words: [verb], flag, engine, env }) {
      if (verb === "init") return init(engine, flag("stage"), env);
      if (verb === "export") return exportState(engine, flag("stage"), flag("file"));
      if (verb === "import") return importState(engine, flag("stage"), flag("file"));
      if (verb === "repair") return repair(engine, flag("stage"));
      if (verb === "unlock") return unlock(engine, flag("stage"));
      throw usage(
        `state: found ${JSON.stringify(verb ?? "")}; allowed: init, export, import, repair, unlock`,
      );
    },
  },
  bootstrap: {
    takes:
      "--repository OWNER/NAME [--stages dev,staging,prod,pull-requests] [--location westeurope] [--workload ml]",
    flags: ["repository", "stages", "location", "workload"],
    words: 0,
    async run({ flag, optional, env, azure: client, tell }) {
      const repository = flag("repository");
      if (!/^[\w.-]+\/[\w.-]+$/.test(repository))
        throw usage(`--repository ${repository}: OWNER/NAME on GitHub`);
      const tenantId = env["ARM_TENANT_ID"] ?? env["AZURE_TENANT_ID"];
      if (tenantId === undefined) throw usage("which tenant? Set ARM_TENANT_ID");
      const wanted = {
        ...{ repository, tenantId, subscriptionId: subscription(env) },
        stages: (optional("stages") ?? "dev,staging,prod,pull-requests").split(","),
        location: optional("location") ?? "westeurope",
        workload: optional("workload") ?? "ml",
      };
      const variables = await bootstrap(client, wanted, tell);
      return ["", ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)].join("\n");
    },
  },
};

async function main([name = "", ...rest]: readonly string[]): Promise<void> {
  const verb = VERBS[name];
  if (!verb) throw usage(`found ${JSON.stringify(name)}; allowed: ${Object.keys(VERBS).join(", ")}`);
  const help = `usage: npm run -s ${name} -- ${verb.takes}`;
  const { values, positionals } = parsed(verb, rest, help);
  if (positionals.length > verb.words || (verb.words === 1 && positionals.length === 0)) throw usage(help);
  const root = resolve(import.meta.dirname, "../..");
  const { env } = process;
  const said = await verb.run({
    ...{ root, env, azure: azure({ env }), words: positionals },
    engine: pulumiCli(root, env, (text) => process.stdout.write(text)),
    tell: (line) => console.log(line),
    optional: (flag) => values[flag],
    flag(flag) {
      const value = values[flag];
      if (value === undefined || value === "") throw usage(`--${flag} is missing. ${help}`);
      return value;
    },
  });
  if (said !== undefined) console.log(said);
}

function parsed({ flags, switches = [] }: Verb, args: readonly string[], help: string) {
  const options = Object.fromEntries<{ type: "string" | "boolean" }>([
    ...flags.map((flag) => [flag, { type: "string" }] as const),
    ...switches.map((flag) => [flag, { type: "boolean" }] as const),
  ]);
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as Readonly<Record<string, string | undefined>>, positionals };
  } catch (error) {
    throw usage(`${(error as Error).message}. ${help}`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Refusal))
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  else console.error(`error: ${error.message}`);
  process.exitCode = error instanceof Refusal ? error.exitCode : EXIT.failed;
}
