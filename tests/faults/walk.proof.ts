/**
 * Random walks of `up`, `refresh` and `destroy` under random faults. `WALKS` (4) says how many, `WALK_STEPS` (5) how long each is,
 * `WALK_SEED` which is the first; a walk that ends badly is told with its seed.
 */
import { expect, test } from "@jest/globals";
import { faultyAzure } from "./azure.ts";
import { SECRETS } from "./bench.ts";
import { typeOf } from "./subjects.ts";
import { isBadWalk, walk } from "./walk.ts";

const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const [walks, steps, first] = [number("WALKS", 4), number("WALK_STEPS", 5), number("WALK_SEED", 1)];

test(
  "wherever the faults lead, one up makes all as wanted and one destroy leaves nothing",
  async () => {
    const bad: string[] = [];
    let [injected, survived] = [0, 0];
    for (let seed = first; seed < first + walks; seed++) {
      const azure = await faultyAzure(typeOf);
      const found = await walk(azure, seed, steps);
      const words = [...azure.words, await azure.requests()].join("\n");
      for (const secret of SECRETS) if (words.includes(secret)) bad.push(`seed ${seed}: told ${secret}`);
      if (isBadWalk(found)) bad.push(`seed ${seed}: ${JSON.stringify(found, undefined, 1)}`);
      injected += found.injected;
      survived += found.survived;
      await azure.close();
    }
    process.stdout.write(
      `${walks} walks of ${steps} steps: ${injected} faults struck, ${survived} steps succeeded under them\n`,
    );
    expect(bad).toEqual([]);
    expect(injected).toBeGreaterThan(walks);
  },
  walks * steps * 20_000 + 60_000,
);
