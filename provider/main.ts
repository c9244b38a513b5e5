/** `node provider/index.js ENGINE_ADDRESS`: prints its port, then serves until the engine is gone. */
import { serve } from "@azure-ml-as-code/protocol/serve.ts";
import { endWithEngine } from "./lifetime.ts";
import { engineLog } from "./log.ts";
import { createProvider } from "./provider.ts";

const engine = process.argv.slice(2).find((argument) => !argument.startsWith("-"));

async function start(): Promise<void> {
  const provider = createProvider({ ...(engine !== undefined && { log: engineLog(engine) }) });
  const { port } = await serve(provider);
  endWithEngine(engine, () => process.exit(0));
  process.stdout.write(`${port}\n`);
}

// No top-level await: Pulumi loads this with require(), which takes none.
start().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
